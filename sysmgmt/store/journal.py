"""A journal: JSON lines that are only ever appended, numbered over all processes; the audit, the events."""

import fcntl
import json
import os
from _thread import allocate_lock
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import ESTALE
from typing import Any

from sysmgmt.domain.errors import StorageFull
from sysmgmt.store import files, space

AUDIT, EVENTS = "audit.journal", "events.journal"
TAIL = 65536
"""Bytes read at a time, from the end, in search of the last number."""

TORN = "an incomplete record precedes"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def encoded(record: Mapping[str, Any]) -> bytes:
    """The text of a record in one line."""
    return _encode(record).encode("ascii")


class LineJournal:
    """`sysmgmt.engine.ports.Journal` in one folder, for many threads and processes."""

    def __init__(self, folder: str, name: str = AUDIT) -> None:
        self._folder = folder
        self._name = name
        self._path = os.path.join(folder, name)
        self._thread = allocate_lock()
        self._lock = self._file = -1
        self._size = 0
        self._seq = 0
        self._synced: int | None = None
        self._failed = self._dirty = False

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False) -> None:
        """Append one record with the next number first; with `durable` it is synced on return.

        Where there is no folder there is no box yet; whoever only asks does not create one.
        Raises StorageFull, StorageFailed; StateDamaged where the last number cannot be read.
        """
        if not durable and self._file < 0 and not os.path.isdir(self._folder):
            return
        with self._held() as facts:
            self._write(self._follow(facts), record, facts, reserve)
            if durable:
                self._sync()

    @contextmanager
    def _held(self) -> Iterator[os.stat_result]:
        """Hold the lock; facts about the file. Raises StorageFull, StorageFailed, also for what is done meanwhile."""
        with self._thread:
            try:
                facts = self._hold()
                try:
                    yield facts
                finally:
                    fcntl.flock(self._lock, fcntl.LOCK_UN)
            except OSError as problem:
                self._close()
                raise files.refusal(problem, self._folder) from problem

    def sync(self) -> None:
        """Make everything appended so far durable. Raises StorageFull, StorageFailed."""
        if not self._dirty:
            return
        with self._thread:
            try:
                if self._file < 0:
                    self._open()
                self._sync()
            except OSError as problem:
                self._close()
                raise files.refusal(problem, self._folder) from problem

    def newest(self) -> Iterator[Mapping[str, Any]]:
        """The records, the last one first; what is no record is passed over. Raises StorageFailed."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        except OSError as problem:
            raise files.refusal(problem, self._folder) from problem
        try:
            yield from filter(None, map(record_of, whole_lines(descriptor, os.fstat(descriptor).st_size)))
        finally:
            os.close(descriptor)

    def _sync(self) -> None:
        """Sync, and after a sync that failed write again what it lost: the kernel forgets that it was dirty."""
        size = os.fstat(self._file).st_size
        if self._failed:
            files.write_again(self._path, self._synced or 0)
        self._failed = True
        os.fdatasync(self._file)
        self._failed, self._dirty, self._synced = False, False, size

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
        self._lock = files.open_private(os.path.splitext(self._path)[0] + ".lock", os.O_RDWR | os.O_CREAT)
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
        last, torn = last_record(self._file, facts.st_size, self._name)
        self._size, self._seq = facts.st_size, last["seq"] if last else 0
        self._learn(last or {})
        if not torn:
            return b""
        return b"\n" + self._line({"note": TORN})

    def _learn(self, last: Mapping[str, Any]) -> None:
        """Take note of the last record, which somebody else may have written."""

    def _line(self, record: Mapping[str, Any]) -> bytes:
        """The line of the next record."""
        self._seq += 1
        return self._sealed(encoded({"seq": self._seq, **record})) + b"\n"

    def _sealed(self, body: bytes) -> bytes:
        """The text of a record as it is written."""
        return body

    def _write(self, before: bytes, record: Mapping[str, Any], facts: os.stat_result, reserve: bool) -> None:
        start, self._size = self._size, -1  # Until it is written, nobody knows what the file ends with.
        line = before + self._line(record)
        self._dirty = True
        if not space.keep(self._file, start + len(line), facts) and not reserve:
            raise StorageFull(folder=self._folder)
        try:
            files.write_all(self._file, line)
        except OSError:
            os.ftruncate(self._file, start)
            space.keep(self._file, start)
            raise
        self._size = start + len(line)


def last_record(descriptor: int, size: int, name: str) -> tuple[dict[str, Any] | None, bool]:
    """The last whole record in `size` bytes, and whether a torn one follows it.

    Raises StateDamaged where there are whole lines but no record, OSError.
    """
    torn = bool(size) and os.pread(descriptor, 1, size - 1) != b"\n"
    empty = True
    for line in whole_lines(descriptor, size):
        empty = False
        found = record_of(line)
        if found is not None:
            return found, torn
    if not empty:
        raise files.damaged(name, "no record can be read")
    return None, torn


def whole_lines(descriptor: int, size: int) -> Iterator[bytes]:
    """The whole lines in the first `size` bytes, the last one first, without their ends. Raises OSError."""
    text, start, torn = b"", size, True
    while start:
        step = min(TAIL, start)
        start -= step
        first, *rest = (os.pread(descriptor, step, start) + text).split(b"\n")
        if torn and rest:
            del rest[-1]  # what follows the last end of a line
            torn = False
        yield from reversed(rest)
        text = first
    if not torn:
        yield text


def record_of(line: bytes) -> dict[str, Any] | None:
    """The record in a line; None where there is none."""
    try:
        found = json.loads(line)
        return found if type(found["seq"]) is int else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
