"""Processes by a name that no other process ever has: boot, number, start."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

UNSET = 2 ** 32 - 1
"""What the kernel shows as the user of a login where there was none."""


def name(pid: int) -> str:
    """The name of the process `pid`. Raises OSError if there is none, or only what is left of one."""
    state, *rest = _stat(pid)
    if state in "ZX":
        raise ProcessLookupError(pid)
    return f"{boot()}:{pid}:{rest[18]}"


def runs(named: str) -> bool:
    """Whether the process of that name still runs."""
    pid = named.split(":")[1] if named.count(":") == 2 else ""
    try:
        return pid.isdecimal() and name(int(pid)) == named
    except OSError:
        return False


def ancestors(pid: int) -> Iterator[str]:
    """The names of a process and of those above it, nearest first."""
    while pid > 0:
        try:
            yield name(pid)
            pid = int(_stat(pid)[1])
        except OSError:
            return


def login_uid(pid: int) -> int | None:
    """The number of the user whose login the process `pid` comes from; None: none, or not known."""
    return _audited(pid, "loginuid")


def of_client(pid: int, uid: int) -> tuple[list[str], int | None] | None:
    """A client and those above it, nearest first, and the user of its login.

    None for one that is gone, or whose number is another process by now: whoever hands an open
    connection on and exits shows nothing of where it came from.
    """
    found, logged_in = list(ancestors(pid)), login_uid(pid)
    return (found, logged_in) if found and _effective(pid) == uid and runs(found[0]) else None


def audit_session(named: str) -> int | None:
    """The login that a process comes from, as the kernel's audit numbers it; None: none, or not known."""
    return _audited(number(named), "sessionid")


def _audited(pid: int, fact: str) -> int | None:
    """What the kernel's audit keeps of the login that a process comes from, whatever became of those above it."""
    try:
        with open(f"/proc/{pid}/{fact}", encoding="ascii") as file:
            found = int(file.read())
    except (OSError, ValueError):
        return None
    return None if found == UNSET else found


def _effective(pid: int) -> int | None:
    """The user that a process runs as; /proc/PID itself belongs to root where it may not be looked into."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return next(int(line.split()[2]) for line in file if line.startswith("Uid:"))
    except (OSError, StopIteration):
        return None


def owner(pid: int) -> int | None:
    """The user that a process belongs to; None if it is gone."""
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


def every() -> Iterator[str]:
    """The names of all processes."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):
                yield name(int(entry))


def kill(named: str) -> None:
    """Kill the process of that name and no other, whatever has its number by now."""
    with suppress(OSError):
        descriptor = os.pidfd_open(number(named))
        try:
            if runs(named):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        finally:
            os.close(descriptor)


def number(named: str) -> int:
    """The number of the process of that name."""
    return int(named.split(":")[1])


def boot() -> str:
    """A name of this start of the machine."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read(8)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the program's name, which may hold anything."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def own() -> str:
    """The name of this process."""
    return name(os.getpid())
