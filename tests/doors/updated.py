"""A box on a pristine Debian goes over to another release by install_update, and stays where that does not run.

gpgv comes with Debian 12 and has to be installed on Debian 13.
"""

import json
from pathlib import Path
from typing import Any

from tests.doors.booted import Pristine
from tests.doors.networked import refused
from tests.doors.offered import broken, offer, trusted
from tests.doors.site import CLIENT, LIBRARY
from tests.support.signer import Signer
from tests.support.waiting import wait_until
from tests.support.wheels import wheel

LINE = "install_update file=new.whl --yes"


def updates_are_installed_where_gpgv_is(site: Pristine, folder: Path) -> None:
    """Everything below."""
    with trusted(site, folder / "vendor") as vendor:
        if not site.machine.exists("/usr/bin/gpgv"):
            release = wheel("0.2.0")
            offer(site, release, vendor.sign(release))
            assert "install the package gpgv" in refused(site, LINE)
            return
        what_does_not_run_leaves_the_present_release(site, vendor)
        a_signed_release_is_installed_under_an_open_session(site, vendor)


def what_does_not_run_leaves_the_present_release(site: Pristine, vendor: Signer) -> None:
    before, sshd = version(site), site.fact("ssh", "MainPID")
    for tries, (change, words) in enumerate(((broken, "AES-256-GCM"), (silent, "the present one stays")), 1):
        release = wheel("0.3.0", change)
        offer(site, release, vendor.sign(release))
        site.as_admin(LINE)
        wait_until(lambda: said(site).count("Failed with result") == tries, 120)
        assert words in said(site).rpartition("Error: ")[2], said(site)
        site.serve()
        assert version(site) == before and not site.machine.exists(f"{LIBRARY}/releases/0.3.0")
        site.as_admin("run_self_test")
    assert site.fact("ssh", "MainPID") == sshd


def a_signed_release_is_installed_under_an_open_session(site: Pristine, vendor: Signer) -> None:
    engine = site.fact("boxmgmtd", "MainPID")
    child = site.machine.at_terminal(*CLIENT, "-i", site.key("bob"), "bob@127.0.0.1")
    child.expect("> ")
    release = wheel("0.2.0")
    offer(site, release, vendor.sign(release))
    told = json.loads(site.as_admin(f"{LINE} --json"))["result"]
    assert (told["version"], told["newer"], told["signed_by"]) == ("0.2.0", True, vendor.fingerprint())
    wait_until(lambda: site.fact("boxmgmtd", "MainPID") not in (engine, "0"), 120)
    site.serve()
    assert version(site) == "0.2.0" and site.fact("boxmgmtd", "NRestarts") == "0"
    tested = json.loads(site.as_admin("run_self_test --json"))["result"]
    assert (tested["self_test"], tested["files_compared_with"]) == ("passed", "deployment")
    assert f"{LIBRARY}/releases/0.2.0" in site.machine.path(f"{LIBRARY}/sysmgmt").read_text()
    child.sendline("get_current_user")
    child.expect("Role: monitor")
    child.close(force=True)


def silent(name: str, content: bytes) -> bytes:
    """A release that passes its self-test, and whose boxmgmtd ends without a word."""
    wanted, instead = b"    here = deployed(folder)\n", b"    sys.exit(3)\n"
    return content.replace(wanted, instead) if name == "sysmgmt/service/__main__.py" else content


def version(site: Pristine) -> Any:
    """The release that answers."""
    return json.loads(site.as_admin("get_version --json"))["result"]["version"]


def said(site: Pristine) -> str:
    """What the updates have said so far, and what systemd says of them."""
    return site.machine.do("/usr/bin/journalctl", "--no-pager", "-o", "cat", "-b", "-u", "boxmgmt-update")
