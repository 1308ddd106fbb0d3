"""What is left of a login whose session was ended, also where it forks faster than it can be found.

What is found is killed. What its own process has to do at the end of its children, as PAM's part, is done
if it can be: it is killed once nothing else is found. Whatever is born in between ends with all that runs as
the user, and where another login of the user goes on, with the control group that systemd made for this one.
"""

import re
import subprocess
import sys
from contextlib import suppress

from sysmgmt.host import processes

TIME_LIMIT = 5.0
SCOPE = re.compile(r"^0::(/(?:.*/)?session-[^/]+\.scope)$", re.MULTILINE)
"""The control group that systemd makes for a login, and that nothing else belongs to."""
ALL_OF_A_USER = """import os, sys
user = int(sys.argv[1])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
os.kill(-1, 9)"""
"""As that user the kernel reaches every process of his in one step, and nobody else's.

It becomes the user only then: he may not be allowed to run this Python, nor any further program.
"""


def cut_off(named: str, uid: int) -> None:
    """End a login of the user `uid`: all that came of it, and its process `named` once nothing else is found."""
    session, scope = processes.audit_session(named), _scope(named)
    for one in _found(named, uid, session) or [named]:
        processes.kill(one)
    if session is not None and uid > 0 and not _others(uid, session):
        _end_user(uid)
    elif scope:
        _end_scope(scope)


def _found(named: str, uid: int, session: int | None) -> list[str]:
    def belongs(one: str) -> bool:
        pid = processes.number(one)
        return named in processes.ancestors(pid) or (
            processes.login_uid(pid) == uid == processes.owner(pid) and processes.audit_session(one) == session)

    return [one for one in processes.every() if one != named and belongs(one)]


def _others(uid: int, session: int) -> bool:
    """Whether something runs as the user that does not come from this login."""
    return any(processes.owner(processes.number(one)) == uid and processes.audit_session(one) != session
               and processes.runs(one) for one in processes.every())


def _scope(named: str) -> str:
    """The control group of a session; "" where it has none of its own."""
    with suppress(OSError), open(f"/proc/{processes.number(named)}/cgroup", encoding="utf-8") as file:
        found = SCOPE.search(file.read())
        if found and processes.runs(named):
            return found.group(1)
    return ""


def _end_scope(scope: str) -> None:
    with suppress(OSError), open(f"{_mounted()}{scope}/cgroup.kill", "w", encoding="ascii") as file:
        file.write("1")


def _mounted() -> str:
    """Where the control groups are. Raises FileNotFoundError."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        for line in file:
            _, place, kind, *_ = line.split()
            if kind == "cgroup2":
                return place
    raise FileNotFoundError("no control groups of version 2")


def _end_user(uid: int) -> None:
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-IS", "-c", ALL_OF_A_USER, str(uid)], cwd="/", stdin=subprocess.DEVNULL,
                       env={}, timeout=TIME_LIMIT, check=False)
