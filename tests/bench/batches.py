"""W2 and W3: creates and reads in one batch."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import boxes, journal
from tests.bench.clock import Finding, Goal, Work, compare, process
from tests.bench.limits import syncs
from tests.bench.peers import together
from tests.bench.starts import PLAIN

CREATES, READS = 1000, 10_000
LIMIT, OURS, TOGETHER = "append and fdatasync (limit)", "sysmgmt", "sysmgmt --atomic"
READ = 30e-6
"""Seconds that a read may take, its record of the audit included."""
RECORD = "its record of the audit alone (limit)"


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Both, beside the peers. Hashing costs the least that it can, and peers hash nothing."""
    lines = "".join(f'add_user name=u{n} role=monitor password="bench-Us-{n}"\n' for n in range(CREATES)).encode()
    rounds = max(3, rounds // 3)
    with together.running(folder / "peers") as peers:
        names = [one.name for one in peers]
        yield from compare("W2 creates in one batch", [
            Work(LIMIT, syncs(folder, CREATES)), *(one.creating(CREATES, 200_000) for one in peers),
            Work(OURS, _fresh(folder, lines)), Work(TOGETHER, _fresh(folder, lines, "--atomic")),
            Work("plain cmd2 and TinyDB", _plain_creates(folder)),
        ], rounds, CREATES, [goal for ours in (OURS, TOGETHER)
                             for goal in (Goal(ours, LIMIT, 3.0), *(Goal(ours, one) for one in names))])
        reads = process(boxes.new(folder / "w3", 100), b"get_users name=user000050\n" * READS)
        getent = process(["getent", "passwd", *["nobody"] * READS])
        yield from compare("W3 reads in one batch, 100 users", [
            Work("getent", getent), *(one.reading(READS) for one in peers), Work(OURS, reads),
            Work(RECORD, journal.unsynced(folder, READS)),
            Work("plain cmd2 and TinyDB (1,000 reads)", _plain_reads(folder)),
        ], rounds, READS, [Goal(OURS, most=READ), *(Goal(OURS, one) for one in (RECORD, "getent", *names))])


def _fresh(folder: Path, lines: bytes, *flags: str) -> Callable[[], float]:
    def once() -> float:
        shutil.rmtree(folder / "w2", ignore_errors=True)
        return process([*boxes.new(folder / "w2"), *flags], lines)()
    return once


def _plain_creates(folder: Path) -> Callable[[], float]:
    lines = "".join(f"add_user u{number}\n" for number in range(CREATES)).encode()

    def once() -> float:
        (folder / "w2.json").unlink(missing_ok=True)
        return process([*PLAIN, str(folder / "w2.json")], lines)()
    return once


def _plain_reads(folder: Path) -> Callable[[], float]:
    path = str(folder / "w3.json")
    process([*PLAIN, path], "".join(f"add_user u{n}\n" for n in range(100)).encode())()
    once = process([*PLAIN, path], b"get_users u50\n" * (READS // 10))
    return lambda: once() * 10
