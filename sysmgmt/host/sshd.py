"""sshd as a door of the box: what users of the box get from it, and who else may come (service `sshd`)."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from glob import glob
from itertools import takewhile
from typing import NamedTuple

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.host import daemons, files, overruled, programs
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "sshd"
PROGRAM = "/usr/sbin/sshd"
PID_FILE = "/run/sshd.pid"
LISTENS_WITHIN = 5.0
"""Seconds after a reload, in which it refuses connections at first."""
MAIN = "/etc/ssh/sshd_config"
DROP_IN = "/etc/ssh/sshd_config.d/10-boxmgmt.conf"
ROOT, STAND_IN = (f"user={name},host=localhost,addr=::1" for name in ("root", overruled.STAND_IN))
"""For whom sshd is asked what its files come to."""
DEEPEST = 16
"""Files that include each other, as far as sshd follows them."""
SEPARATION = "/run/sshd"
BANNER = "/etc/boxmgmt/banner"
ISSUE = "/etc/boxmgmt/issue"
"""The banner for agetty, which would take backslashes in it for escapes of its own."""

TEXT = """# Written by boxmgmtd; changes made here are lost. See boxmgmtd(8).
# The first value wins, so this stands before what Debian's file says. What a stranger meets before
# a login stands here and not below Match, so that names that exist are answered like others.
UsePAM yes
Banner {banner}
PubkeyAuthentication yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
HostbasedAuthentication no
GSSAPIAuthentication no
PermitEmptyPasswords no
MaxAuthTries 4
MaxStartups 100:30:200
PrintMotd no
PrintLastLog no
PermitUserEnvironment no
AllowGroups {group} root
{root}
Match Group {group}
    AuthorizedKeysFile none
    AuthorizedKeysCommand {keys} %u
    AuthorizedKeysCommandUser {keys_user}
    TrustedUserCAKeys none
    DisableForwarding yes
    AllowTcpForwarding no
    AllowStreamLocalForwarding no
    AllowAgentForwarding no
    X11Forwarding no
    PermitTunnel no
    PermitOpen none
    PermitListen none
    PermitUserRC no
    PermitTTY yes
    # A list replaces the one of Debian's file, and no client sends a variable of this name.
    AcceptEnv NOTHING_IS_ACCEPTED
    ForceCommand none
    ChrootDirectory none
    ClientAliveInterval 60
    ClientAliveCountMax 3
"""
ROOT_IS_SHUT = """# Below Match as well: what the machine's own files say of root or of addresses there comes second.
PermitRootLogin no
Match User root
    PermitRootLogin no"""
ROOT_IS_OPEN = """# Root access is open for a time: for a key, and for a password where sshd took passwords before.
Match User root
    PermitRootLogin yes
    PasswordAuthentication {0}
    KbdInteractiveAuthentication {1}"""
ROOT_STAYS = """# The login of root stays as it was, until a user with the permission security has come in over SSH.
Match User root
    PasswordAuthentication {0}
    KbdInteractiveAuthentication {1}"""


class Keys(NamedTuple):
    """What sshd needs to know of a deployment.

    `command` is the AuthorizedKeysCommand; `root_methods` whether root could log in by the methods
    password and keyboard-interactive before, as sshd writes it.
    """

    command: str
    root_methods: tuple[str, str] = ("yes", "no")
    group: str = "boxmgmt"
    user: str = "boxmgmt-keys"


def drop_in(keys: Keys, banner: bool, root: str) -> str:
    """The drop-in; `root` is one of the ROOT_ texts."""
    return TEXT.format(group=keys.group, keys=keys.command, keys_user=keys.user, banner=BANNER if banner else "none",
                       root=root.format(*keys.root_methods))


def root_methods(root: str = "/") -> tuple[str, str]:
    """Whether root may use password and keyboard-interactive now. Raises ServiceRefused."""
    make_way()
    told = programs.run(NAME, [PROGRAM, "-T", "-f", files.within(root, MAIN), "-C", ROOT])
    facts = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
    return facts["passwordauthentication"], facts["kbdinteractiveauthentication"]


def ports(root: str = "/") -> list[int]:
    """Where it listens, or would. Raises ServiceRefused."""
    make_way()
    told = programs.run(NAME, [PROGRAM, "-T", "-f", files.within(root, MAIN), "-C", ROOT])
    return [int(line.split()[1]) for line in told.splitlines() if line.startswith("port ")]


def service(keys: Keys, root_login: Callable[[State], str], root: str = "/") -> Service:
    """The service: the drop-in and the banners. `root_login` says which of the ROOT_ texts holds."""
    def render(state: State) -> Mapping[str, File | None]:
        banner = state.settings.banner.strip("\n")
        shown = f"{banner}\n" if banner else ""
        return {DROP_IN: File(drop_in(keys, bool(banner), root_login(state)).encode()),
                BANNER: File(shown.encode()),
                ISSUE: File(shown.replace("\\", "\\\\").encode())}

    def concerns(old: State, new: State) -> bool:
        return (old.settings.banner, old.settings.root_access) != (new.settings.banner, new.settings.root_access)
    return Service(NAME, render, concerns, reload, lambda prepared: check(prepared, root))


def reload() -> None:
    """Have sshd read its files again; it listens again when this returns. Raises ServiceRefused."""
    before = _pid_file()
    daemons.reload(NAME, "ssh.service", "sshd", PID_FILE)
    deadline = time.monotonic() + LISTENS_WITHIN
    while before is not None and _pid_file() in (None, before) and time.monotonic() < deadline:
        time.sleep(0.01)


def _pid_file() -> tuple[int, int] | None:
    """Which file it is: sshd writes a new one whenever it has begun to listen."""
    try:
        found = os.stat(PID_FILE)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def check(prepared: Mapping[str, str], root: str = "/", host_keys: Sequence[str] = ()) -> None:
    """Have sshd check its files as they would be, and read `host_keys`. Raises ServiceRefused with its words."""
    main = files.read(files.within(root, MAIN))
    if main is None:
        raise ServiceRefused(service=NAME, words=f"{MAIN} does not exist")
    text = "".join(f"HostKey {one}\n" for one in host_keys) + main.content.decode(errors="replace")
    effective = accepted(as_it_would_be(text, prepared, root), ROOT)
    ours = files.within(root, DROP_IN)
    if (drop_in := files.read(prepared.get(ours, ours))) is not None:
        with tempfile.NamedTemporaryFile("w", prefix="boxmgmt-sshd-") as copy:
            copy.write(overruled.stood_in(drop_in.content.decode()))
            copy.flush()
            told = accepted(as_it_would_be(text, {**prepared, ours: copy.name}, root), STAND_IN)
        for words in (*overruled.sentences(drop_in.content.decode(), told), *matched_before(prepared, root)):
            raise ServiceRefused(service=NAME, words=words)
    if "subsystem sftp internal-sftp" in effective:
        raise ServiceRefused(service=NAME, words=(
            "the subsystem sftp is internal-sftp, which needs no shell and so could not be refused to users "
            "of the box; make it /usr/lib/openssh/sftp-server"))


def accepted(text: str, whom: str) -> str:
    """What a main file comes to for somebody. Raises ServiceRefused, with sshd's words, unless it accepts it."""
    make_way()
    with tempfile.NamedTemporaryFile("w", prefix="boxmgmt-sshd-") as whole:
        whole.write(text)
        whole.flush()
        programs.run(NAME, [PROGRAM, "-t", "-f", whole.name])
        return programs.run(NAME, [PROGRAM, "-T", "-f", whole.name, "-C", whom])


def make_way() -> None:
    """Make the folder without which sshd checks nothing; it is gone while sshd is stopped. Raises ServiceRefused."""
    try:
        os.makedirs(SEPARATION, mode=0o755, exist_ok=True)
    except OSError:
        raise ServiceRefused(service=NAME, words=f"{SEPARATION} is missing; start sshd first") from None


def matched_before(prepared: Mapping[str, str], root: str) -> Iterator[str]:
    """What is wrong where a Match stands before ours: for whoever it means, its values win, now or later."""
    ours = files.within(root, DROP_IN)
    for path, line in takewhile(lambda one: one[0] != ours, in_order(files.within(root, MAIN), prepared, root)):
        if re.match(r'\s*"?match\b', line, re.IGNORECASE):
            yield (f"{path} has the line {line.strip()}, which stands before {ours} and so could overrule it; "
                   "have it read after that")


def in_order(path: str, prepared: Mapping[str, str], root: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The lines that sshd reads, each with its file, in the order in which it reads them."""
    yield path, ""
    found = files.read(path)
    for line in found.content.decode(errors="replace").splitlines() if found else ():
        yield path, line
        for name in included(line, prepared, root) or () if depth < DEEPEST else ():
            yield from in_order(name, prepared, root, depth + 1)


def included(line: str, prepared: Mapping[str, str], root: str) -> list[str] | None:
    """The files that a line includes, with the prepared ones, as sshd reads them; None: it is another line."""
    found = re.match(r"\s*include[\s=]+(.*)", line, re.IGNORECASE)
    if found is None:
        return None
    names: list[str] = []
    for pattern in found.group(1).replace('"', " ").split():
        whole = files.within(root, os.path.join("/etc/ssh", pattern))
        names += sorted({*glob(whole), *(one for one in prepared if fnmatch(one, whole))})
    return names


def as_it_would_be(main: str, prepared: Mapping[str, str], root: str = "/") -> str:
    """The main file, including the prepared files in place of the real ones. Raises ServiceRefused."""
    all_included: set[str] = set()
    lines = []
    for line in main.splitlines():
        names = included(line, prepared, root)
        all_included.update(names or ())
        lines += [line] if names is None else [f"Include {prepared.get(name, name)}" for name in names]
    ours = files.within(root, DROP_IN)
    if (ours in prepared or os.path.exists(ours)) and ours not in all_included:
        raise ServiceRefused(service=NAME, words=f"{MAIN} does not include {ours}")
    return "\n".join(lines) + "\n"
