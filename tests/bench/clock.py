"""Timing whole processes in turn: every figure stands beside its limit and its peers of the same run."""

import os
import pty
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.support.waiting import read_until

LIMIT = (sys.executable, "-I", "-S", "-c", "pass")


class Work(NamedTuple):
    """Something to time: a name and what gives seconds."""

    name: str
    seconds: Callable[[], float]


class Goal(NamedTuple):
    """What is hoped for: the work `ours` takes at most `most` times as long as `beside`.

    Without `most` it is only told, without `beside` it stands alone, and `most` are seconds.
    """

    ours: str
    beside: str = ""
    most: float | None = None


class Finding(NamedTuple):
    """What the page of figures tells of a comparison."""

    claim: str
    goal: str
    figure: str
    held: bool = True


def process(command: Sequence[str], lines: bytes = b"", user: int | None = None,
            environment: Mapping[str, str] = {}) -> Callable[[], float]:
    """From exec to exit, with `lines` on standard input, as `user`. Raises AssertionError if it fails.

    `environment` is added to that of this program.
    """
    def once() -> float:
        began = time.perf_counter()
        done = subprocess.run(command, input=lines, capture_output=True, check=False, user=user, group=user,
                              env={**os.environ, **environment}, extra_groups=None if user is None else [])
        ended = time.perf_counter()
        assert done.returncode == 0, (command, done.stdout[-300:], done.stderr[-500:])
        return ended - began
    return once


def prompt(command: Sequence[str], expected: bytes, user: int | None = None,
           environment: Mapping[str, str] = {}) -> Callable[[], float]:
    """From exec to the first `expected` on a pseudo-terminal, as `user`."""
    def once() -> float:
        began = time.perf_counter()
        pid, terminal = session(command, user, environment)
        read_until(terminal, expected)
        ended = time.perf_counter()
        os.close(terminal)
        os.waitpid(pid, 0)
        return ended - began
    return once


def session(command: Sequence[str], user: int | None = None,
            environment: Mapping[str, str] = {}) -> tuple[int, int]:
    """A process on a pseudo-terminal of its own: its number, and the other end."""
    pid, terminal = pty.fork()
    if not pid:
        if user is not None:
            os.setgid(user)
            os.setuid(user)
        os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm", **environment})
    return pid, terminal


def compare(title: str, works: Sequence[Work], rounds: int, per: int = 1,
            goals: Sequence[Goal] = ()) -> Iterator[Finding]:
    """Time all works in turn, `rounds` times, print minima and medians, and find what holds of the goals.

    Ratios are of minima: whatever else runs on the machine can only add.
    """
    for work in works:
        work.seconds()
    rows = [[work.seconds() for work in works] for _ in range(rounds)]
    times = {work.name: [row[number] / per for row in rows] for number, work in enumerate(works)}
    first = min(times[works[0].name])
    print(f"\n{title}  ({rounds} rounds in turn{f', per item of {per}' if per > 1 else ''})\n"
          f"  {'':44} {'minimum':>10}    {'median':>10}      ratio")
    for name, taken in times.items():
        print(f"  {name:44} {min(taken) * 1000:10.4f} ms {statistics.median(taken) * 1000:10.4f} ms "
              f"{min(taken) / first:8.2f}x", flush=True)
    for goal in goals:
        one = found(title, goal, {name: min(taken) for name, taken in times.items()})
        print(f"  {'' if one.held else 'MISSED: '}{goal.ours}: {one.figure}{f'; goal: {one.goal}' if one.goal else ''}")
        yield one


def found(title: str, goal: Goal, times: Mapping[str, float]) -> Finding:
    """What of a goal holds where works take so many seconds."""
    ours = times[goal.ours]
    if not goal.beside:
        hoped = f"{_shown(goal.most)} at most" if goal.most else ""
        return Finding(f"{title}: {goal.ours}", hoped, _shown(ours), not goal.most or ours <= goal.most)
    ratio = ours / times[goal.beside]
    finding = Finding(f"{title}: {goal.ours} beside {goal.beside}", "",
                      f"{_shown(ours)}, {ratio:.2f}x ({_shown(times[goal.beside])})")
    if goal.most is None:
        return finding
    return finding._replace(goal=f"{goal.most:.3g}x {goal.beside} at most", held=ratio <= goal.most)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds >= 0.001 else f"{seconds * 1e6:.3g} us"
