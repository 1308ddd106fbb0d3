"""The audit journal: JSON lines that are only ever appended, numbered over all processes."""

import fcntl
import json
import os
from collections.abc import Mapping
from errno import ESTALE
from typing import Any

from sysmgmt.domain.errors import StorageFull
from sysmgmt.store import files, space

NAME = "audit.journal"
LOCK = "audit.lock"
TAIL = 65536
"""Bytes read at a time, from the end, in search of the last number."""

TORN = "an incomplete record precedes"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class AuditJournal:
    """`sysmgmt.engine.ports.Journal` in one folder. One object serves one thread."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, NAME)
        self._lock = self._file = -1
        self._size = 0
        self._seq = 0
        self._synced: int | None = None
        self._failed = False

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False) -> None:
        """Append one record with the next number first; with `durable` it is synced on return.

        Where there is no folder there is no box yet; whoever only asks does not create one.
        Raises StorageFull, StorageFailed; StateDamaged where the last number cannot be read.
        """
        if not durable and self._file < 0 and not os.path.isdir(self._folder):
            return
        try:
            facts = self._hold()
            try:
                self._write(self._follow(facts), record, facts, reserve)
                if durable:
                    self._sync()
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
        except OSError as problem:
            self._close()
            raise files.refusal(problem, self._folder) from problem

    def sync(self) -> None:
        """Make everything appended so far durable. Raises StorageFull, StorageFailed."""
        if self._file < 0 and not self._failed:
            return
        try:
            if self._file < 0:
                self._open()
            self._sync()
        except OSError as problem:
            self._close()
            raise files.refusal(problem, self._folder) from problem

    def _sync(self) -> None:
        """Sync, and after a sync that failed write again what it lost: the kernel forgets that it was dirty."""
        size = os.fstat(self._file).st_size
        if self._failed:
            files.write_again(self._path, self._synced or 0)
        self._failed = True
        os.fdatasync(self._file)
        self._failed, self._synced = False, size

    def _hold(self) -> os.stat_result:
        """Take the lock; facts about the file, which is the one that has the name."""
        for _ in range(5):
            if self._file < 0:
                self._open()
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            facts = os.fstat(self._file)
            if facts.st_nlink and os.fstat(self._lock).st_nlink:
                return facts
            self._close()  # Somebody removed a file; what is written there is lost.
        raise OSError(ESTALE, os.strerror(ESTALE))

    def _open(self) -> None:
        self._close()
        files.make_folder(self._folder)
        self._lock = files.open_private(os.path.join(self._folder, LOCK), os.O_RDWR | os.O_CREAT)
        new = not os.path.exists(self._path)
        self._file = files.open_private(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        if new:
            files.sync_folder(self._folder)
        if self._synced is None or new:
            self._synced = os.fstat(self._file).st_size

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        for descriptor in (self._lock, self._file):
            if descriptor >= 0:
                os.close(descriptor)
        self._lock = self._file = -1
        self._size = self._seq = 0

    def _follow(self, facts: os.stat_result) -> bytes:
        """Learn the last number if others appended; what has to be written before the next record."""
        if facts.st_size == self._size:
            return b""
        self._seq, torn = last_number(self._file, facts.st_size)
        self._size = facts.st_size
        if not torn:
            return b""
        self._seq += 1
        return b"\n%b\n" % _encode({"seq": self._seq, "note": TORN}).encode("ascii")

    def _write(self, before: bytes, record: Mapping[str, Any], facts: os.stat_result, reserve: bool) -> None:
        line = before + _encode({"seq": self._seq + 1, **record}).encode("ascii") + b"\n"
        start, self._size = self._size, -1  # Until it is written, nobody knows what the file ends with.
        if not space.keep(self._file, start + len(line), facts) and not reserve:
            raise StorageFull(folder=self._folder)
        try:
            files.write_all(self._file, line)
        except OSError:
            os.ftruncate(self._file, start)
            space.keep(self._file, start)
            raise
        self._size, self._seq = start + len(line), self._seq + 1


def last_number(descriptor: int, size: int) -> tuple[int, bool]:
    """The number of the last whole record in `size` bytes, and whether a torn one follows it.

    Raises StateDamaged where there are whole lines but no record, OSError.
    """
    text, start = b"", size
    while start:
        step = min(TAIL, start)
        start -= step
        text = os.pread(descriptor, step, start) + text
        *whole, rest = text.split(b"\n")
        for line in reversed(whole if not start else whole[1:]):
            number = _number(line)
            if number is not None:
                return number, bool(rest)
    if b"\n" in text:
        raise files.damaged(NAME, "no record can be read")
    return 0, bool(text)


def _number(line: bytes) -> int | None:
    try:
        number = json.loads(line)["seq"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return number if type(number) is int else None
