"""A journal: JSON lines that are only ever appended, numbered over all processes; the audit, the events."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, NamedTuple

from sysmgmt.domain.errors import Refusal, StorageFull
from sysmgmt.store import files, space
from sysmgmt.store.appended import AppendedFile
from sysmgmt.store.groupcommit import GroupCommit
from sysmgmt.store.rotated import RotatedFiles

AUDIT, EVENTS = "audit.journal", "events.journal"
TAIL = 65536
"""Bytes read at a time, from the end, in search of the last number."""

TORN = "an incomplete record precedes"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def encoded(record: Mapping[str, Any]) -> bytes:
    """The text of a record in one line."""
    return _encode(record).encode("ascii")


class Limit(NamedTuple):
    """How much of a journal is kept: `archives` besides the file, each of somewhat more than `size` bytes."""

    size: int
    archives: int


class Wanted(NamedTuple):
    """A record that is to be appended; with `reserve` on a full disk too."""

    record: Mapping[str, Any]
    reserve: bool


class LineJournal(AppendedFile):
    """`sysmgmt.engine.ports.Journal` in one folder, for many threads and processes.

    When its file has become an archive, numbering goes on in a new one.
    """

    def __init__(self, folder: str, name: str = AUDIT, limit: Limit | None = None) -> None:
        super().__init__(folder, name)
        self._name = name
        self._archives = RotatedFiles(self._path)
        self._limit = limit
        self._seq = 0
        self._append_durably = GroupCommit(self._append_and_sync)

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False) -> None:
        """Append one record with the next number first; with `durable` it is synced on return.

        Where there is no folder there is no box yet; whoever only asks does not create one.
        Raises StorageFull, StorageFailed; StateDamaged where the last number cannot be read.
        """
        if durable:
            self._append_durably(Wanted(record, reserve))
        elif self._file >= 0 or os.path.isdir(self._folder):
            for refusal in filter(None, self._append_all([Wanted(record, reserve)])):
                raise refusal

    def _append_and_sync(self, wanted: Sequence[Wanted]) -> Sequence[Refusal | None]:
        """Append all with one sync; why each could not be."""
        found = self._append_all(wanted)
        try:
            self._sync_up_to(self._written)
            return found
        except Refusal as unsynced:
            return [refusal or unsynced for refusal in found]

    def _append_all(self, wanted: Sequence[Wanted]) -> Sequence[Refusal | None]:
        """Append one after another; why each could not be."""
        found: list[Refusal | None] = []
        while len(found) < len(wanted):
            try:
                with self._writing() as facts:
                    for one in wanted[len(found):]:
                        facts = os.fstat(self._file) if found else facts
                        self._write(self._follow(facts), one.record, facts, one.reserve)
                        found.append(None)
                        if self._limit and self._size >= self._limit.size:
                            self._keep_within(self._limit)
                            break  # the lock went with the file
            except Refusal as refusal:
                found.append(refusal)
        return found

    def _writing(self) -> AbstractContextManager[os.stat_result]:
        """Hold the lock in order to write; facts about the file."""
        return self._held()

    def _keep_within(self, limit: Limit) -> None:
        """Begin a new file, and remove the archives that are too many; another time where that is not possible."""
        with suppress(Refusal, OSError):
            self._put_away()
            for one in self._archives.present()[:-limit.archives]:
                os.unlink(one.path)

    def newest(self) -> Iterator[Mapping[str, Any]]:
        """The records, the last one first; what is no record is passed over. Raises StorageFailed."""
        seen: set[int] = set()
        with files.refusing(self._folder):
            for path in self._archives.paths_backwards():
                with suppress(FileNotFoundError), open(path, "rb") as file:
                    facts = os.fstat(file.fileno())
                    if facts.st_ino not in seen:  # it became an archive meanwhile
                        seen.add(facts.st_ino)
                        yield from filter(None, map(record_of, whole_lines(file.fileno(), facts.st_size)))

    def _put_away(self) -> None:
        """Make the file, which ends with a whole record, an archive; the next record begins a new one."""
        os.ftruncate(self._file, self._size)  # the reserve behind the end is for the new file
        self._sync()
        self._archives.put(first_number(self._path), self._seq)
        with suppress(OSError):  # the next writer tries again
            self._open()
            space.keep(self._file, 0)

    def _follow(self, facts: os.stat_result) -> bytes:
        """Learn the last number if others appended; what has to be written before the next record."""
        if facts.st_size == self._size:
            return b""
        last, torn = last_record(self._file, facts.st_size, self._name)
        begins = last is None
        if begins:
            last = _last_archived(self._archives)
        self._size, self._seq = -1 if torn is not None else facts.st_size, last["seq"] if last else 0
        self._learn(last or {}, begins and last is not None)
        return b"" if torn is None else torn + self._line({"note": TORN})

    def _learn(self, last: Mapping[str, Any], continues: bool) -> None:
        """Take note of the last record, which somebody else may have written.

        `continues` says that it is in an archive, and the next one the first of a new file.
        """

    def _line(self, record: Mapping[str, Any]) -> bytes:
        """The line of the next record."""
        self._seq += 1
        return self._sealed(encoded({"seq": self._seq, **record})) + b"\n"

    def _sealed(self, body: bytes) -> bytes:
        """The text of a record as it is written."""
        return body

    def _write(self, before: bytes, record: Mapping[str, Any], facts: os.stat_result, reserve: bool) -> None:
        self._size = -1  # Until it is written, nobody knows what the file ends with.
        self._put(before + self._line(record), facts, reserve)

    def _put(self, line: bytes, facts: os.stat_result, reserve: bool) -> None:
        start, self._size = facts.st_size, -1
        if not space.keep(self._file, start + len(line), facts) and not reserve:
            raise StorageFull(folder=self._folder)
        try:
            files.write_all(self._file, line)
        except OSError:
            os.ftruncate(self._file, start)
            space.keep(self._file, start)
            raise
        self._size = start + len(line)
        self._written += 1


def _last_archived(archives: RotatedFiles) -> dict[str, Any] | None:
    """The last record of the newest archive. Raises StateDamaged where there are archives but no record."""
    for one in archives.present()[-1:]:
        with open(one.path, "rb") as file:
            return last_record(file.fileno(), one.size, os.path.basename(one.path))[0]
    return None


def last_record(descriptor: int, size: int, name: str) -> tuple[dict[str, Any] | None, bytes | None]:
    """The last whole record in `size` bytes, and what ends a torn one that follows it; None: none does.

    Of a record that was not synced a power cut may leave any part, its end too; one that lacks nothing but
    the end of its line is whole. Raises StateDamaged where there are several whole lines but no record, OSError.
    """
    rest = last_piece(descriptor, size)
    torn = b"\n" if rest else None
    if whole := record_of(rest):
        return whole, torn
    number = 0
    for number, line in enumerate(whole_lines(descriptor, size), 1):
        found = record_of(line)
        if found is not None:
            return found, torn
        if number == 1 and torn is None:
            torn = b""
    if number > 1:
        raise files.damaged(name, "no record can be read")
    return None, torn


def last_piece(descriptor: int, size: int) -> bytes:
    """What follows the last end of a line in the first `size` bytes. Raises OSError."""
    pieces = [b""]
    while size and b"\n" not in pieces[-1]:
        step = min(TAIL, size)
        size -= step
        pieces.append(os.pread(descriptor, step, size))
    return b"".join(reversed(pieces)).rpartition(b"\n")[2]


def first_number(path: str) -> int:
    """The number of the first record in a file; 0 where there is none. Raises OSError."""
    with open(path, "rb") as lines:
        return next((found["seq"] for found in map(record_of, lines) if found), 0)


def whole_lines(descriptor: int, size: int) -> Iterator[bytes]:
    """The whole lines in the first `size` bytes, the last one first, without their ends. Raises OSError."""
    pieces: list[bytes] = []
    start, torn = size, True
    while start:
        step = min(TAIL, start)
        start -= step
        pieces.append(os.pread(descriptor, step, start))
        if b"\n" not in pieces[-1]:
            continue
        first, *rest = b"".join(reversed(pieces)).split(b"\n")
        if torn:
            del rest[-1]  # what follows the last end of a line
            torn = False
        yield from reversed(rest)
        pieces = [first]
    if not torn:
        yield b"".join(reversed(pieces))


def record_of(line: bytes) -> dict[str, Any] | None:
    """The record in a line; None where there is none."""
    try:
        found = json.loads(line)
        return found if type(found["seq"]) is int else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
