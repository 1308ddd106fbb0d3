"""What no program of this kind can go below: a process, a durable write, a password hash."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sysmgmt.domain.model import Cost
from sysmgmt.vault.hashing import Argon2Hasher
from tests.bench import boxes
from tests.bench.clock import LIMIT, Finding, Goal, Work, compare, process

WRITES = 200


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """All of them."""
    hasher = Argon2Hasher(str(folder))
    encoded = hasher.encode(boxes.PASSWORD, Cost())
    limits = [
        Work("fork and exec of /bin/true", process(["/bin/true"])),
        Work("fork and exec of python -I -S -c pass", process(LIMIT)),
        Work("fork and exec of python -c pass", process([sys.executable, "-c", "pass"])),
        Work("append 200 bytes and fdatasync", _each(syncs(folder, WRITES))),
        Work("append 200 bytes and fsync", _each(syncs(folder, WRITES, os.fsync))),
        Work("one password check of level basic", _timed(lambda: hasher.matches(encoded, boxes.PASSWORD))),
    ]
    yield from compare("Limits of this machine", limits, rounds, goals=[Goal(one.name) for one in limits])


def syncs(folder: Path, number: int, sync: Callable[[int], None] = os.fdatasync) -> Callable[[], float]:
    """The seconds of so many durable appends of 200 bytes."""
    def write() -> None:
        with open(folder / "syncs", "ab", buffering=0) as file:
            for _ in range(number):
                file.write(b"x" * 200)
                sync(file.fileno())
    return _timed(write)


def _timed(act: Callable[[], object]) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began
    return once


def _each(whole: Callable[[], float]) -> Callable[[], float]:
    return lambda: whole() / WRITES
