"""Timing whole processes, paired: every figure stands beside its limit and its peer of the same round."""

import os
import pty
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

LIMIT = (sys.executable, "-I", "-S", "-c", "pass")


class Work(NamedTuple):
    """Something to time: a name and what gives seconds."""

    name: str
    seconds: Callable[[], float]


def process(command: Sequence[str], lines: bytes = b"", user: int | None = None) -> Callable[[], float]:
    """From exec to exit, with `lines` on standard input, as `user`. Raises AssertionError if it fails."""
    def once() -> float:
        began = time.perf_counter()
        done = subprocess.run(command, input=lines, capture_output=True, check=False, user=user, group=user,
                              extra_groups=None if user is None else [])
        ended = time.perf_counter()
        assert done.returncode == 0, done.stderr[-500:]
        return ended - began
    return once


def prompt(command: Sequence[str], expected: bytes, user: int | None = None) -> Callable[[], float]:
    """From exec to the first `expected` on a pseudo-terminal, as `user`."""
    def once() -> float:
        began = time.perf_counter()
        pid, terminal = pty.fork()
        if not pid:
            if user is not None:
                os.setgid(user)
                os.setuid(user)
            os.execve(command[0], list(command), {**os.environ, "TERM": "xterm"})
        seen = b""
        while expected not in seen:
            assert select.select([terminal], [], [], 20)[0], seen
            seen += os.read(terminal, 65536)
        ended = time.perf_counter()
        os.close(terminal)
        os.waitpid(pid, 0)
        return ended - began
    return once


def compare(title: str, works: Sequence[Work], rounds: int, per: int = 1) -> None:
    """Time all works in turn, `rounds` times, and print medians and their ratio to the first."""
    for work in works:
        work.seconds()
    measured = [[work.seconds() for work in works] for _ in range(rounds)]
    print(f"\n{title}  ({rounds} rounds, median{f', per item of {per}' if per > 1 else ''})")
    for number, work in enumerate(works):
        median = statistics.median(row[number] for row in measured) / per
        ratio = statistics.median(row[number] / row[0] for row in measured)
        print(f"  {work.name:44} {median * 1000:10.3f} ms   {ratio:8.2f}x")
