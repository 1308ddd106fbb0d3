"""All files of a deployment, as they are wanted beside what stands there now."""

import re

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.host import files, nginx, nss, snmpd, sshd
from sysmgmt.host.deployed import NAME
from sysmgmt.host.files import File
from sysmgmt.host.services import UNSETTLED
from sysmgmt.service.deployment import forking, manual, networking, pamfiles, unit
from sysmgmt.service.deployment.launchers import launchers
from sysmgmt.service.deployment.site import HOME, Site
from sysmgmt.service.deployment.system import nsswitch, small_files

NSSWITCH = "/etc/nsswitch.conf"
SETTLED = (UNSETTLED, sshd.DROP_IN, sshd.BANNER, sshd.ISSUE, pamfiles.SHUT, nss.FOLDER + "/passwd",
           nss.FOLDER + "/shadow", nss.FOLDER + "/group", *nginx.FILES, snmpd.CONFIGURATION,
           *networking.FILES)
"""Files that boxmgmtd writes while it runs. Whose the host keys are is not among them: it stays with these."""


def wanted(site: Site, root: str = "/") -> dict[str, File]:
    """The files by their path. Raises ServiceRefused where one that must be there is not, or cannot be extended."""
    found = ours(site)
    for service in pamfiles.SERVICES:
        path = f"/etc/pam.d/{service}"
        text = _text(path, root)
        found[path] = File(pamfiles.with_ours(service, text, site.launcher("pam")).encode())
    text = nsswitch(_text(NSSWITCH, root))
    if not re.search(r"^passwd:.*\bextrausers\b", text, re.MULTILINE):
        raise ServiceRefused(service=NAME, words=f"{NSSWITCH} has no line that begins with passwd: files")
    found[NSSWITCH] = File(text.encode())
    return found


def ours(site: Site) -> dict[str, File]:
    """Files that are ours alone."""
    made = {path: File(text.encode()) for path, text in {**small_files(), **forking.units(site)}.items()}
    made[unit.PATH] = File(unit.unit(site).encode())
    made[unit.FIREWALL_PATH] = File(unit.FIREWALL.encode())
    return made | launchers(site, HOME) | manual.pages(site)


def paths(site: Site) -> tuple[str, ...]:
    """Every file that a deployment writes."""
    return (*ours(site), *(f"/etc/pam.d/{service}" for service in pamfiles.SERVICES), NSSWITCH, *SETTLED)


def _text(path: str, root: str) -> str:
    found = files.read(files.within(root, path))
    if found is None:
        raise ServiceRefused(service=NAME, words=f"{path} does not exist")
    return found.content.decode(errors="surrogateescape")
