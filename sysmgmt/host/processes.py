"""Processes by a name that no other process ever has: boot, number, start."""

import os
from collections.abc import Iterator


def name(pid: int) -> str:
    """The name of the process `pid`. Raises OSError if there is none, or only what is left of one."""
    state, *rest = _stat(pid)
    if state in "ZX":
        raise ProcessLookupError(pid)
    return f"{_boot()}:{pid}:{rest[18]}"


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


def _boot() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read(8)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the program's name, which may hold anything."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def own() -> str:
    """The name of this process."""
    return name(os.getpid())
