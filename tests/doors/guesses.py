"""Right and wrong passwords at the doors."""

import pexpect

from tests.doors.site import PASSWORDS, Site

DENIED = r"Permission denied [^\r]*\r"


def wrong_over_ssh(site: Site, name: str, times: int) -> str:
    """Wrong passwords in one connection; what was said at its end."""
    child = site.by_password(name, options=("-o", f"NumberOfPasswordPrompts={times}"))
    for left in range(times - 1, -1, -1):
        child.sendline("wrong-one")
        child.expect(["(?i)password: ?$", DENIED, pexpect.EOF] if left else [DENIED])
    said = str(child.before + str(child.after))
    child.close(force=True)
    return said


def wrong_at_console(site: Site, name: str) -> None:
    """A wrong password at the console."""
    child = site.at_console(name)
    child.sendline("wrong-one")
    child.expect("Login incorrect")
    child.close(force=True)


def right_over_ssh(site: Site, name: str) -> bool:
    """Whether the right password lets in."""
    child = site.by_password(name, options=("-o", "NumberOfPasswordPrompts=1"))
    child.sendline(PASSWORDS[name])
    came_in = child.expect([r"Logged in as", "Permission denied"]) == 0
    child.close(force=True)
    return came_in
