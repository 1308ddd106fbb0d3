"""Faults at single system calls of a whole command, by strace.

`points` runs a command once and lists its system calls about a folder; `run` runs it again with
a fault at one of them. What is to be true afterwards is the caller's business.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

CALLS = ("openat,write,pwrite64,fsync,fdatasync,rename,ftruncate,fallocate,flock,unlink,fchmod,chmod,mkdir,"
         "pread64,read,close")
"""What a commit may use. A call that is not listed is never counted or failed."""

KILL = "signal=SIGKILL"
_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")


class Point(NamedTuple):
    """The `number`-th (from 1) system call `call` of a command, and how strace shows it."""

    call: str
    number: int
    text: str


def needed() -> None:
    """Skip without strace; with CI=true that is a failure."""
    if shutil.which("strace"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("strace is missing")
    pytest.skip("strace is missing")


def environment() -> Mapping[str, str]:
    """The same order of everything in every run."""
    return {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def points(command: Sequence[str], about: str, log: str, calls: str = CALLS, may_fail: bool = False) -> list[Point]:
    """The system calls of `command` whose arguments name `about`, in order. `log` is a file to write."""
    subprocess.run(["strace", "-f", "-y", "-s", "20", "-e", f"trace={calls}", "-o", log, *command],
                   env=environment(), capture_output=True, check=not may_fail, timeout=120)
    with open(log, encoding="utf-8", errors="replace") as lines:
        return [point for point in _numbered(lines) if about in point.text]


def _numbered(lines: Iterator[str]) -> Iterator[Point]:
    counts: dict[str, int] = {}
    for line in lines:
        found = _LINE.match(line)
        if found:
            call = found[1]
            counts[call] = counts.get(call, 0) + 1
            yield Point(call, counts[call], found[2].strip())


def run(command: Sequence[str], point: Point, fault: str, lasting: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `command` with `fault` (such as `error=EIO`) at `point`; with `lasting` at all later ones too."""
    when = f"{point.number}+" if lasting else str(point.number)
    return subprocess.run(
        ["strace", "-f", "-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when={when}",
         "-o", "/dev/null", *command],
        env=environment(), capture_output=True, text=True, timeout=120)


def tried(command: Sequence[str], points: Iterable[Point], fault: str, folders: tuple[Path, Path],
          judge: Callable[[Path, subprocess.CompletedProcess[str]], Iterable[str]]) -> Iterator[str]:
    """What `judge` finds wrong after `fault` at each of the points.

    The second of the folders is made like the first one each time.
    """
    template, folder = folders
    for point in points:
        shutil.rmtree(folder)
        shutil.copytree(template, folder)
        yield from (f"{point}: {one}" for one in judge(folder, run(command, point, fault)))
