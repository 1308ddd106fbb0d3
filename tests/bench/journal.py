"""W6: durable records of the audit a second, by one writer and by many, beside the limit of the disk."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
from tests.bench.clock import Finding, Goal, Work, compare
from tests.bench.peers import postgres
from tests.bench.peers.peer import Peer

RECORDS = 1000
GOALS = {1: 1 / 1.2, 8: 1.0, 50: 1 / 1.5}
"""The writers, and how many times as long as PostgreSQL they may take."""
WRITERS = tuple(GOALS)
RECORD = {"time": "2026-01-31T14:30:00.000000Z", "id": "0123456789abcdef0123456789abcdef", "user": "admin",
          "session": "0123456789abcdef", "origin": "192.0.2.7", "endpoint": "SSH", "command": "add_group",
          "parameters": {"name": "sales"}, "phase": "intent"}


LIMIT = "append 330 bytes and fdatasync (limit)"


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Threads share one journal, as they do in boxmgmtd; the clients of PostgreSQL insert one row at a time."""
    with postgres.running(folder / "peers") as peer:
        yield from compare("W6 durable audit records", [
            Work(LIMIT, _limit(folder)),
            *(Work(_named(writers), _chained(folder, writers)) for writers in WRITERS),
            *(Work(_rows(writers), _inserted(peer, writers)) for writers in WRITERS),
        ], max(3, rounds // 3), RECORDS,
            [*(Goal(_named(writers), _rows(writers), most) for writers, most in GOALS.items()),
             Goal(LIMIT, _rows(1)), *(Goal(_named(writers), LIMIT) for writers in WRITERS)])


def _named(writers: int) -> str:
    return f"{writers} writers" if writers > 1 else "1 writer"


def _rows(writers: int) -> str:
    return f"PostgreSQL, {_named(writers)}"


def _inserted(peer: Peer, writers: int) -> Callable[[], float]:
    return lambda: postgres.records(peer, writers, RECORDS)


def _limit(folder: Path) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        with open(folder / "w6.limit", "ab", buffering=0) as file:
            for _ in range(RECORDS):
                file.write(b"x" * 330)
                os.fdatasync(file.fileno())
        return time.perf_counter() - began
    return once


def unsynced(folder: Path, number: int) -> Callable[[], float]:
    """One writer who leaves the sync to others."""
    return _chained(folder, 1, number, durable=False)


def _chained(folder: Path, writers: int, number: int = RECORDS, durable: bool = True) -> Callable[[], float]:
    def once() -> float:
        shutil.rmtree(folder / "w6", ignore_errors=True)
        journal = AuditJournal(str(folder / "w6"), time.time, SigningKeys())
        journal.begin("5eed" * 16)

        def write() -> None:
            for _ in range(number // writers):
                journal.append(RECORD, durable)
        threads = [threading.Thread(target=write) for _ in range(writers)]
        began = time.perf_counter()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return time.perf_counter() - began
    return once
