"""The write-ahead journal `state.journal` as one process sees it: replayed, appended to."""

import os
from collections.abc import Callable
from contextlib import suppress

from sysmgmt.domain.errors import StateDamaged, StorageFull
from sysmgmt.store import files, lines, space

NAME = "state.journal"


class WriteAhead:
    """An open journal: its header and how far it has been read.

    The descriptor stays open for as long as the journal is followed, because a file that is open
    keeps its inode number: another number always means another file.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path = os.path.join(folder, NAME)
        self.header = lines.Header(0, 0)
        self.generation = 0
        self.size = 0
        self._reading = self._writing = -1
        self._identity = (0, 0)

    def open(self) -> bool:
        """Start at the beginning; False where no journal is. Raises StateDamaged, and follows nothing then."""
        self.close()
        self.header, self.generation, self.size = lines.Header(0, 0), 0, 0
        try:
            self._reading = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise files.damaged(NAME, os.strerror(problem.errno or 0)) from problem
        try:
            self._begin()
        except StateDamaged:
            self.close()  # Otherwise the next writer would cut off all that could not be read.
            raise
        return True

    def _begin(self) -> None:
        first = files.read_from(self._reading, 0, NAME).partition(b"\n")
        if not first[1]:
            raise files.damaged(NAME, "line 1 is damaged")
        self.header = lines.read_header(first[0], NAME)
        self._identity = _identity(os.fstat(self._reading))
        self.generation, self.size = self.header.base, len(first[0]) + 1

    def close(self, close: Callable[[int], None] = os.close) -> None:
        """Stop following the journal. `close` is kept here, since at the end of the interpreter modules are empty."""
        for descriptor in (self._reading, self._writing):
            if descriptor >= 0:
                try:
                    close(descriptor)
                except OSError:
                    pass  # Nothing that counts is lost: what counts has been synced.
        self._reading = self._writing = -1

    def __del__(self) -> None:
        self.close()

    def moved(self) -> bool:
        """Whether another file took the place of this one, or this one was cut. Raises StateDamaged."""
        return self.unseen() is None

    def unseen(self) -> int | None:
        """Bytes behind what has been read; None where another file took the place of this one, or it was cut.

        Each request comes by here several times. Raises StateDamaged.
        """
        if self._reading < 0:
            return None
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise files.damaged(NAME, os.strerror(problem.errno or 0)) from problem
        return now.st_size - self.size if _identity(now) == self._identity and now.st_size >= self.size else None

    def torn(self) -> int:
        """Bytes behind the last whole transaction."""
        return os.fstat(self._reading).st_size - self.size if self._reading >= 0 else 0

    def replay(self) -> list[lines.Entry]:
        """The transactions since the last time. Raises StateDamaged."""
        if not self.torn():
            return []
        text = files.read_from(self._reading, self.size, NAME)
        entries, size = lines.read_entries(text, self.generation, NAME, self.generation - self.header.base + 2)
        self.generation += len(entries)
        self.size += size
        return entries

    def append(self, text: bytes, reserve: bool) -> None:
        """Append one synced transaction.

        Raises StorageFull, StorageFailed, after which it is not there; OSError after which nothing is sure.
        """
        end = self.size + len(text)
        with files.refusing(self.folder):
            self._make_ready(end, reserve)
            self._write(text)
        self.sync()
        self.generation += 1
        self.size = end

    def sync(self) -> None:
        """Make durable what was appended or cut. Raises OSError."""
        os.fdatasync(self._writing)

    def _make_ready(self, end: int, reserve: bool) -> None:
        if self._writing < 0:
            self._writing = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        if self.torn():
            self.cut()
        if not space.keep(self._writing, end) and not reserve:
            raise StorageFull(folder=self.folder)

    def _write(self, text: bytes) -> None:
        try:
            files.write_all(self._writing, text)
        except OSError:
            with suppress(OSError):  # half a line is none
                self.cut()
            raise

    def cut(self) -> None:
        """Drop what is behind the last whole transaction. Raises OSError."""
        os.ftruncate(self._writing, self.size)
        space.keep(self._writing, self.size)  # Cutting freed the reserve.


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_ino, facts.st_dev
