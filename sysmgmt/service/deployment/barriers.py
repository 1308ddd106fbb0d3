"""Why a machine cannot be made a box: each a sentence, found before anything is changed."""

import os
import pwd
import re
import stat
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import ADMIN
from sysmgmt.host import files, nss
from sysmgmt.service.deployment import plan
from sysmgmt.service.deployment.site import GROUP, KEYS_USER, SHELL_USER, Site

RELEASES = ("12", "13")
PROGRAMS = {"/usr/sbin/sshd": "openssh-server", "/usr/bin/ssh-keygen": "openssh-client", "/bin/login": "login",
            "/usr/bin/systemd-sysusers": "systemd", "/usr/sbin/userdel": "passwd",
            "/usr/sbin/agetty": "util-linux"}
LIBRARIES = {"libnss_extrausers.so.2": "libnss-extrausers",
             **{f"security/{one}.so": "libpam-modules" for one in (
                 "pam_exec", "pam_permit", "pam_succeed_if", "pam_listfile", "pam_nologin")}}
LIBRARY_FOLDERS = ("/lib", "/lib/*", "/usr/lib", "/usr/lib/*")
MOST = 999_999
"""The largest number of a user: /var/log/lastlog grows with it."""
SSH_SOCKET = "/etc/systemd/system/sockets.target.wants/ssh.socket"
"""Stands there where systemd starts sshd for the first who comes."""
OTHERS_RANGES = ((61184, 65535, "systemd and nobody"), (0, 999, "the system"))


def refuse(words: str) -> ServiceRefused:
    """The refusal of a deployment."""
    return ServiceRefused(service="The deployment", words=words)


def check(site: Site, first: bool, root: str = "/") -> None:
    """Raise ServiceRefused with the first reason against it. `first`: there is no deployment yet."""
    if os.geteuid():
        raise refuse("only root can deploy")
    for reasons in (_release(root), _missing(root), _names(root), _strangers(root) if first else (),
                    _range(site, root), _exposed(site), _places(site, root), _enforcing(root), _on_demand(root)):
        for sentence in reasons:
            raise refuse(sentence)


def _release(root: str) -> Iterator[str]:
    lines = _read("/etc/os-release", root).splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    name, number = facts.get("ID", "").strip('"'), facts.get("VERSION_ID", "").strip('"')
    if name != "debian" or number not in RELEASES:
        yield f"this is {name or 'unknown'} {number}, and only Debian {' and '.join(RELEASES)} are known to work"


def _missing(root: str) -> Iterator[str]:
    for program, package in PROGRAMS.items():
        if not os.access(files.within(root, program), os.X_OK):
            yield f"{program} is missing; install the package {package}"
    for library, package in LIBRARIES.items():
        if not any(glob(files.within(root, f"{folder}/{library}")) for folder in LIBRARY_FOLDERS):
            yield f"{library} is missing; install the package {package}"


def _names(root: str) -> Iterator[str]:
    for line in _read("/etc/passwd", root).splitlines():
        if line.split(":")[0] == ADMIN:
            yield f"the operating system has a user {ADMIN} of its own; rename or remove it"


def _strangers(root: str) -> Iterator[str]:
    """Names that --remove would take from somebody else, and files that boxmgmtd would write over."""
    for path, name, kind in (("/etc/group", GROUP, "group"), ("/etc/passwd", KEYS_USER, "user"),
                             ("/etc/passwd", SHELL_USER, "user")):
        if any(line.split(":")[0] == name for line in _read(path, root).splitlines()):
            yield f"the operating system has a {kind} {name} of its own; rename or remove it"
    for path in (f"{nss.FOLDER}/{one}" for one in ("passwd", "group")):
        if (text := _read(path, root)).strip():
            yield f"{path} has entries of somebody else, such as {text.split(':')[0][:32]}; move them to /etc"


def _range(site: Site, root: str) -> Iterator[str]:
    first, last = site.uids
    if not 1000 <= first <= last <= MOST:
        yield f"{first}-{last} is no range of numbers between 1000 and {MOST}"
    for low, high, whose in (*OTHERS_RANGES, *_adduser(root), *_subordinate(root), *_present(root)):
        if low <= last and first <= high:
            yield f"the numbers {first}-{last} meet {low}-{high}, which belong to {whose}; give others with --uids"


def _adduser(root: str) -> Iterator[tuple[int, int, str]]:
    words = [line.split() for line in _read("/etc/login.defs", root).splitlines()]
    values = {one[0]: int(one[1]) for one in words if len(one) == 2 and one[1].isdecimal()}
    yield values.get("UID_MIN", 1000), values.get("UID_MAX", 60000), "adduser (/etc/login.defs)"
    yield values.get("SUB_UID_MIN", 100000), values.get("SUB_UID_MAX", 600100000), "containers (/etc/login.defs)"


def _subordinate(root: str) -> Iterator[tuple[int, int, str]]:
    for line in _read("/etc/subuid", root).splitlines():
        name, first, count = (line.split(":") + ["", ""])[:3]
        if first.isdecimal() and count.isdecimal():
            yield int(first), int(first) + int(count) - 1, f"the containers of {name} (/etc/subuid)"


def _present(root: str) -> Iterator[tuple[int, int, str]]:
    for name, number in users(root):
        if number > 999:
            yield number, number, f"the user {name}"


def users(root: str = "/") -> list[tuple[str, int]]:
    """The users of the operating system itself."""
    lines = [line.split(":") for line in _read("/etc/passwd", root).splitlines()]
    return [(one[0], int(one[2])) for one in lines if len(one) > 6 and one[2].isdecimal()]


def refused_users(root: str = "/") -> list[str]:
    """Users of the operating system, root aside, that can log in now and could not any more."""
    lines = [line.split(":") for line in _read("/etc/passwd", root).splitlines()]
    return [one[0] for one in lines if len(one) > 6 and one[2] != "0"
            and not one[6].endswith(("/nologin", "/false", "/sync"))]


def _exposed(site: Site) -> Iterator[str]:
    """Every user's shell runs this code, so everybody must be able to read it, and root alone to write it."""
    for path in (Path(site.python), Path(site.python).resolve(), Path(site.package, "sysmgmt", "service")):
        for one in (path, *path.parents):
            found = one.stat()
            if found.st_uid != 0:
                yield f"{one} belongs to {_owner(found.st_uid)}, and users of the box would run what lies there"
            elif found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
                yield f"{one} can be written by others than root, and users of the box would run what lies there"
            elif not found.st_mode & 0o005 == 0o005 and one == path:
                yield f"{one} cannot be read by users of the box; use chmod o+rx {one}"
            elif not found.st_mode & 0o005 == 0o005:
                yield (f"{one} cannot be read by users of the box, and {path} lies there; install the program "
                       "elsewhere, as below /opt, with a Python that all can read")


def _places(site: Site, root: str) -> Iterator[str]:
    for path in (site.python, site.package, site.state):
        if not re.fullmatch(r"[A-Za-z0-9/._+-]{1,100}", path):
            yield f"{path[:100]} has a name that is too long or has other characters than letters, digits and . _ + -"
    if re.match("/(var/)?tmp(/|$)", site.state):
        yield f"--state {site.state} cannot be: systemd gives boxmgmtd a /tmp and a /var/tmp of its own"
    state = files.within(root, site.state)
    if os.path.lexists(state):
        found = os.lstat(state)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
            yield f"{site.state} is not a folder that root alone may write into"
    for path in plan.paths(site):
        place = files.within(root, path)
        if os.path.lexists(place) and not stat.S_ISREG(os.lstat(place).st_mode):
            yield f"{path} is not a plain file"


def _enforcing(root: str) -> Iterator[str]:
    if _read("/sys/fs/selinux/enforce", root).strip() == "1":
        yield "SELinux is enforcing here, and there are no rules for boxmgmtd; make it permissive"


def _on_demand(root: str) -> Iterator[str]:
    if os.path.lexists(files.within(root, SSH_SOCKET)):
        yield ("sshd is started by ssh.socket here, and then it ends whenever it is told to read its files again; "
               "use systemctl disable --now ssh.socket, then systemctl enable --now ssh.service")


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"


def _read(path: str, root: str) -> str:
    try:
        return Path(files.within(root, path)).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
