"""All files of a deployment, as they are wanted beside what stands there now."""

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.host import files
from sysmgmt.host.files import File
from sysmgmt.service.deployment import pamfiles, unit
from sysmgmt.service.deployment.launchers import launchers
from sysmgmt.service.deployment.site import HOME, Site
from sysmgmt.service.deployment.system import nsswitch, small_files

NSSWITCH = "/etc/nsswitch.conf"


def wanted(site: Site, root: str = "/") -> dict[str, File]:
    """The files by their path. Raises ServiceRefused where one that must be there is not."""
    made = {path: File(text.encode()) for path, text in small_files().items()}
    made[unit.PATH] = File(unit.unit(site).encode())
    made |= launchers(site, HOME)
    for service in pamfiles.SERVICES:
        path = f"/etc/pam.d/{service}"
        text = _text(path, root)
        made[path] = File(pamfiles.with_ours(service, text, site.launcher("pam")).encode())
    made[NSSWITCH] = File(nsswitch(_text(NSSWITCH, root)).encode())
    return made


def _text(path: str, root: str) -> str:
    found = files.read(files.within(root, path))
    if found is None:
        raise ServiceRefused(service="The deployment", words=f"{path} does not exist")
    return found.content.decode(errors="surrogateescape")
