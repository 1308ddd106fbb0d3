"""Secrets in commands whose every system call about the box fails once, or is the last one."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.canaries import attempts
from tests.canaries.needles import Canaries, Found, files, look
from tests.faults import by_strace
from tests.support.program import command

FAULTS = ("error=EIO", by_strace.KILL)
CALLS = "openat,write,pwrite64,fsync,fdatasync,rename,ftruncate,fallocate,mkdir,unlink"
REDIRECTED = ("/bin/sh", "-c", 'exec "$@" <"$0"')


class Trial(NamedTuple):
    """A command with a fault, and what came to light."""

    command: str
    fault: str
    found: list[Found]


def trials(template: Path, folder: Path, patterns: Iterable[str], every: int = 1) -> Iterator[Trial]:
    """Each command of `patterns` at a copy of a box below `folder`, with each fault at `every` so many calls."""
    for pattern in patterns:
        for point in _points(template, folder, pattern)[::every]:
            for fault in FAULTS:
                yield Trial(pattern.split()[0], f"{fault} {point.call} {point.number}",
                            _found(template, folder, pattern, (point, fault)))


def _points(template: Path, folder: Path, pattern: str) -> list[by_strace.Point]:
    command_line = _command(template, folder, pattern)
    return by_strace.points(command_line, str(folder / "state"), str(folder / "log"), CALLS, may_fail=True)


def _command(template: Path, folder: Path, pattern: str) -> list[str]:
    """A fresh copy of the box, and the command line that carries the pattern out there."""
    state, given = folder / "state", folder / "given"
    shutil.rmtree(state, ignore_errors=True)
    shutil.copytree(template, state)
    given.write_text(attempts.filled(pattern, Canaries()) + "\nget_system_status\n")
    return [*REDIRECTED, str(given), *command(state, ("--keep-going",))]


def _found(template: Path, folder: Path, pattern: str, fault: tuple[by_strace.Point, str]) -> list[Found]:
    done = by_strace.run(_command(template, folder, pattern), *fault)
    said = (done.stdout + done.stderr).encode()
    traceback = [Found("said", "Traceback")] if b"Traceback" in said else []
    return [*look("said", said), *files(folder / "state"), *traceback]
