"""Root access at the real doors: shut, open for a time over one door or both, and shut again (R246, R247)."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from sysmgmt.host.sshd import DROP_IN
from tests.doors.clock import MOVED, PATH, PROGRAM
from tests.doors.site import CLIENT, PASSWORDS, PIPED, PROMPT, Site
from tests.support.waiting import wait_until

ROOT = "Root-Pass-123"
KEY = "/root/own"
ONCE = ("-o", "NumberOfPasswordPrompts=1")


@pytest.fixture(scope="module", autouse=True)
def _root(site: Site) -> None:
    """The machine's owner has given root a key and a password."""
    site.machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", KEY)
    site.machine.do("/bin/sh", "-c", f"mkdir -p /root/.ssh && cat {KEY}.pub > /root/.ssh/authorized_keys && "
                    "chown root:root /root && chmod 700 /root /root/.ssh")
    site.machine.do("/usr/sbin/chpasswd", given=f"root:{ROOT}\n".encode())
    site.as_admin("disable_root_access")


def by_key(site: Site) -> bool | None:
    """Whether root comes in over SSH with its key; None in the milliseconds in which sshd listens to nobody."""
    done = site.machine.run(*PIPED, "-i", KEY, "root@127.0.0.1", "id")
    if b"Permission denied" in done.stderr:
        return False
    return True if b"uid=0" in done.stdout else None


def become(site: Site, over_ssh: bool) -> None:
    """Wait, for a moment, until sshd has read its files again."""
    wait_until(lambda: by_key(site) is over_ssh, seconds=5)


def by_password(site: Site) -> bool:
    """Whether root comes in over SSH with its password."""
    child = site.machine.at_terminal(*CLIENT, "-o", "PubkeyAuthentication=no", *ONCE, "root@127.0.0.1", "id")
    if child.expect([PROMPT, "Permission denied"]) == 0:
        child.sendline(ROOT)
        came_in = bool(child.expect(["Permission denied", "uid=0"]))
    else:
        came_in = False
    child.close(force=True)
    return came_in


def at_console(site: Site) -> bool:
    """Whether root comes in at the console."""
    child = site.machine.at_terminal("/usr/bin/script", "-q", "-c", "/bin/login", "/dev/null")
    child.expect("login: ")
    child.sendline("root")
    came_in = False
    if child.expect(["Login incorrect", PROMPT]) == 1:
        child.sendline(ROOT)
        came_in = bool(child.expect(["Login incorrect", "# ?$"]))
    child.close(force=True)
    return came_in


def audit(site: Site, command: str) -> list[Any]:
    """Who did it, and what became of it."""
    records = map(json.loads, site.machine.do("/bin/cat", "/var/lib/boxmgmt/audit.journal").splitlines())
    return [(one["user"], one["code"]) for one in records if one.get("command") == command and one.get("code")]


@pytest.mark.checklist("R247")
@pytest.mark.parametrize("where, over_ssh, on_console", [
    ("ssh", True, False), ("console", False, True), ("both", True, True)])
def test_root_comes_in_where_it_was_opened_and_nowhere_when_shut(
        site: Site, where: str, over_ssh: bool, on_console: bool) -> None:
    become(site, False)
    site.as_admin(f"enable_root_access minutes=10 where={where} --yes")
    become(site, over_ssh)
    assert (by_password(site), at_console(site)) == (over_ssh, on_console)
    assert audit(site, "enable_root_access")[-1] == ("admin", "Done")
    site.as_admin("disable_root_access")
    become(site, False)
    assert (by_password(site), at_console(site)) == (False, False)


def test_who_has_security_is_warned_at_the_login(site: Site) -> None:
    site.as_admin("enable_root_access minutes=10 where=console --yes")
    become(site, False)
    try:
        for name, warned in (("admin", True), ("bob", False)):
            child = site.by_password(name)
            child.sendline(PASSWORDS[name])
            child.expect("Main Menu" if name == "admin" else "Logged in as bob.*> ")
            told = child.before + child.after
            assert ("Root access is open until " in told and "at the console; shut it with" in told) is warned
            child.close(force=True)
    finally:
        site.as_admin("disable_root_access")


def test_open_sessions_outlive_opening_and_shutting(site: Site) -> None:
    become(site, False)
    bob = site.by_password("bob")
    bob.sendline(PASSWORDS["bob"])
    bob.expect("> ")
    site.as_admin("enable_root_access minutes=10 --yes")
    become(site, True)
    root = site.machine.at_terminal(*CLIENT, "-i", KEY, "root@127.0.0.1")
    root.expect("# ")
    site.as_admin("disable_root_access")
    become(site, False)
    root.sendline("echo still $((40 + 2))")
    root.expect("still 42")
    bob.sendline("get_current_user")
    bob.expect("Role: monitor")
    for child, last in ((root, "exit"), (bob, "quit")):
        child.sendline(last)
        child.expect(pexpect.EOF)


@pytest.fixture
def moving(site: Site) -> Iterator[Site]:
    """The box, with a boxmgmtd whose clock can be moved."""
    site.machine.path(PATH).write_text(PROGRAM)
    site.stop_serving()
    serve(site)
    yield site
    site.machine.run("/bin/rm", MOVED)
    site.stop_serving()
    site.serve()


def serve(site: Site) -> None:
    """Start the boxmgmtd whose clock can be moved."""
    site.serve(site.python, "-I", PATH)


def move(site: Site, seconds: int) -> None:
    """Set its clock wrong."""
    site.machine.path(MOVED).write_text(str(seconds))


@pytest.mark.checklist("R247")
def test_it_shuts_by_itself_and_a_restart_of_boxmgmtd_changes_nothing_about_that(moving: Site) -> None:
    moving.as_admin("enable_root_access minutes=10 --yes")
    move(moving, 500)
    moving.stop_serving()
    serve(moving)
    become(moving, True)
    assert at_console(moving), "its time is not over"
    move(moving, 600)
    wait_until(lambda: bool(audit(moving, "close_root_access")))
    become(moving, False)
    assert not at_console(moving)
    assert audit(moving, "close_root_access") == [("system", "Done")]


@pytest.mark.checklist("R247")
def test_a_boxmgmtd_that_was_killed_shuts_at_its_next_start_what_is_over(moving: Site) -> None:
    moving.as_admin("enable_root_access minutes=10 --yes")
    become(moving, True)
    moving.stop_serving(signal.SIGKILL)
    move(moving, 1300)
    serve(moving)
    become(moving, False)
    assert not at_console(moving)


def test_what_the_machines_own_files_say_of_root_does_not_keep_it_open(site: Site) -> None:
    own = "/etc/ssh/sshd_config.d/90-own.conf"
    site.machine.path(own).write_text("Match User root\n    PermitRootLogin yes\n")
    site.machine.do("/bin/sh", "-c", "kill -HUP $(cat /run/sshd.pid)")
    try:
        become(site, False)
        site.machine.do("/bin/mv", DROP_IN, "/etc/away")
        told = site.machine.do("/usr/sbin/sshd", "-T", "-C", "user=root,host=x,addr=127.0.0.1").lower()
        site.machine.do("/bin/mv", "/etc/away", DROP_IN)
        assert "permitrootlogin yes" in told, "the control: without ours it would"
    finally:
        site.machine.do("/bin/rm", own)


def test_root_without_a_credential_is_told_of(site: Site) -> None:
    site.machine.do("/usr/bin/passwd", "-l", "root")
    site.machine.do("/bin/mv", "/root/.ssh/authorized_keys", "/root/.ssh/away")
    done = site.machine.run("/usr/lib/boxmgmt/sysmgmt", "--user", "admin", "--password-file", "/root/admin.password",
                            given=b"enable_root_access minutes=1 where=console --yes\ndisable_root_access\n")
    assert done.returncode == 0 and b"Root has no password and no key" in done.stderr, done
