"""A file that many threads and processes append to, one at a time: held, synced, followed when it is another one.

Threads that wait for a sync share it: whoever begins one makes durable what all have appended until then.
"""

import fcntl
import os
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ESTALE

from sysmgmt.store import files


class AppendedFile:
    """The file `name` in a folder, with a lock file beside it."""

    def __init__(self, folder: str, name: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, name)
        self._thread = allocate_lock()
        self._syncing = allocate_lock()
        """Held for a sync, and to let the files go; never waited for by one who has it."""
        self._lock = self._file = -1
        self._identity = 0, 0
        self._size = -1
        """Where the file ended when it was last looked at; -1 where nobody knows."""
        self._synced: int | None = None
        self._failed = False
        self._written = self._durable = 0
        """How often something was appended here, and how much of that is known to be durable."""

    @contextmanager
    def _held(self) -> Iterator[os.stat_result]:
        """Hold the lock; facts about the file. Raises StorageFull, StorageFailed, also for what is done meanwhile."""
        with self._thread:
            try:
                facts = self._hold()
                try:
                    yield facts
                finally:
                    self._release()
            except OSError as problem:
                self._close()
                raise files.refusal(problem, self._folder) from problem

    def _release(self) -> None:
        """Let the lock go; a file that is closed is free."""
        if self._lock >= 0:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
            except OSError:  # what was done is done
                self._close()

    def sync(self) -> None:
        """Make everything appended so far durable. Raises StorageFull, StorageFailed."""
        self._sync_up_to(self._written)

    def _sync_up_to(self, number: int) -> None:
        """Make the first so many that were appended durable, unless another thread has. Raises as `sync` does."""
        try:
            if not self._shared(number):
                with self._thread:
                    if self._file < 0:
                        self._open()
                    self._sync()
        except OSError as problem:
            with self._thread:
                self._close()
            raise files.refusal(problem, self._folder) from problem

    def _shared(self, number: int) -> bool:
        """Sync for all that have appended while the last sync ran, without stopping who appends; whether that did it.

        Not where files have to be opened or written again. Raises OSError.
        """
        with self._syncing:
            if self._durable < number and self._file >= 0 and not self._failed:
                self._make_durable()
            return self._durable >= number

    def _sync(self) -> None:
        """Sync, and after a sync that failed write again what it lost: the kernel forgets that it was dirty."""
        with self._syncing:
            if self._failed:
                files.write_again(self._path, self._synced or 0)
            self._make_durable()

    def _make_durable(self) -> None:
        written, size = self._written, os.fstat(self._file).st_size
        self._failed = True
        os.fdatasync(self._file)
        self._failed, self._durable, self._synced = False, written, size

    def _hold(self) -> os.stat_result:
        """Take the lock; facts about the file, which is the one that has the name."""
        for _ in range(5):
            if self._file < 0:
                self._open()
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            facts = self._named()
            if facts and os.fstat(self._lock).st_nlink:
                return facts
            self._close()  # Somebody made it an archive or removed it; what is written there is misplaced or lost.
        raise OSError(ESTALE, os.strerror(ESTALE))

    def _named(self) -> os.stat_result | None:
        """Facts about the file, None where another one has its name: one that is open keeps its inode number."""
        try:
            facts = os.stat(self._path)
        except FileNotFoundError:
            return None
        return facts if (facts.st_ino, facts.st_dev) == self._identity else None

    def _open(self) -> None:
        self._close()
        files.make_folder(self._folder)
        self._lock = files.open_private(os.path.splitext(self._path)[0] + ".lock", os.O_RDWR | os.O_CREAT)
        new = not os.path.exists(self._path)
        self._file = files.open_private(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        if new:
            files.sync_folder(self._folder)
        facts = os.fstat(self._file)
        self._identity = facts.st_ino, facts.st_dev
        if self._synced is None or new:
            self._synced = facts.st_size

    def __del__(self) -> None:
        self._close()

    def _close(self, close: Callable[[int], None] = os.close) -> None:
        """Let the files go. `close` is kept here, since at the end of the interpreter modules are empty."""
        with self._syncing:
            held = self._lock, self._file
            self._lock = self._file = self._size = -1
            for descriptor in held:
                if descriptor >= 0:
                    try:
                        close(descriptor)
                    except OSError:
                        pass  # What counts has been synced, or is refused already.
