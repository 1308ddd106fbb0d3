"""Files of one private folder: locked, written whole or not at all, refusals by name."""

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, ENOENT, ENOSPC

from sysmgmt.domain.errors import BoxBusy, Refusal, StateDamaged, StorageFailed, StorageFull, StorageUncertain

SHORTEST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT = 0.0002, 0.005, 30.0
"""Seconds between two tries for a lock, and until it is given up."""
TEMPORARY = ".tmp"
"""What the name of a file that is still being written ends with."""
_NOTHING = bytes(1 << 16)


def refusal(problem: OSError, folder: str) -> Refusal:
    """The refusal that says why nothing could be written to `folder`."""
    if problem.errno in (ENOSPC, EDQUOT):
        return StorageFull(folder=folder)
    return StorageFailed(what=os.strerror(problem.errno or 0))


@contextmanager
def refusing(folder: str) -> Iterator[None]:
    """Raise StorageFull or StorageFailed for what the system refuses while writing to `folder`."""
    try:
        yield
    except OSError as problem:
        raise refusal(problem, folder) from problem


def damaged(name: str, words: str) -> StateDamaged:
    """The refusal that names the file that cannot be read."""
    return StateDamaged(what=f"{name}: {words}")


def make_folder(folder: str) -> None:
    """Create `folder` for its owner only, whatever the umask is. Raises OSError."""
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        parent = os.path.dirname(os.path.abspath(folder))
        sync_folder(parent)


def open_private(path: str, flags: int) -> int:
    """A descriptor of a file that only its owner may read. Raises OSError."""
    try:
        return os.open(path, flags & ~os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as problem:
        if problem.errno != ENOENT or not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        let_go(descriptor)
        raise
    return descriptor


def let_go(descriptor: int) -> None:
    """Close a file of which nothing depends on that: what counts has been synced, or was only read."""
    with suppress(OSError):
        os.close(descriptor)


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock file `path`, waiting for whoever has it. Raises BoxBusy, StorageFull, StorageFailed."""
    folder = os.path.dirname(path)
    with refusing(folder):
        make_folder(folder)
        descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        with refusing(folder):
            _wait_for(descriptor)
        yield
    finally:
        let_go(descriptor)


def _wait_for(descriptor: int) -> None:
    """Take the lock as soon as it is free; a process that was stopped while it held it must not stop all others."""
    pause, deadline = SHORTEST_PAUSE, time.monotonic() + LONGEST_WAIT
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BoxBusy() from None
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def check_private(folder: str) -> None:
    """Raise StateDamaged for a folder that somebody else owns or may write to: it could hold anything."""
    try:
        found = os.stat(folder)
    except OSError:
        return  # whoever opens a file in it says why that is not possible
    if not stat.S_ISDIR(found.st_mode):
        return
    refusal = damaged(folder, "somebody else owns this folder or may write to it")
    if found.st_uid != os.geteuid():
        raise StateDamaged(str(refusal), f"It belongs to the user {owner(found.st_uid)}: run the program as that user.")
    if found.st_mode & stat.S_IWOTH:
        raise StateDamaged(str(refusal), f"Look who has written there, then take that right away: chmod o-w {folder}")


def owner(uid: int) -> str:
    """The name of a user of the machine."""
    import pwd  # rarely needed

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, in as many pieces as the system takes it. Raises OSError."""
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if not written:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        rest = rest[written:]


def overwrite(descriptor: int) -> None:
    """Leave nothing of what a file holds that was opened just now (FCS_CKM.4). Raises OSError."""
    size = os.fstat(descriptor).st_size
    for start in range(0, size, len(_NOTHING)):
        write_all(descriptor, _NOTHING[:size - start])
    os.fsync(descriptor)


def write_again(path: str, start: int) -> None:
    """Write what is behind byte `start` of a file to where it is already. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        while piece := os.pread(descriptor, 65536, start):
            start += os.pwrite(descriptor, piece, start)
    finally:
        let_go(descriptor)


def sync_folder(folder: str) -> None:
    """Make the names in `folder` durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        let_go(descriptor)


def keep_names(folder: str) -> None:
    """Make durable what was done to the names in `folder`. Raises StorageUncertain: a crash may then undo it."""
    try:
        sync_folder(folder)
    except OSError as problem:
        raise StorageUncertain(what=os.strerror(problem.errno or 0)) from problem


def replace(path: str, data: bytes, prepare: Callable[[int], None] | None = None) -> None:
    """Put `data` durably in the place of the file `path`, as a whole or not at all.

    `prepare` gets the descriptor before the new file counts. The caller holds the lock of the
    folder. Raises OSError.
    """
    temporary = path + TEMPORARY
    clean(temporary)
    try:
        _write_new(temporary, data, prepare)
        os.rename(temporary, path)
    except BaseException:
        clean(temporary)
        raise
    sync_folder(os.path.dirname(path))


def _write_new(path: str, data: bytes, prepare: Callable[[int], None] | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        write_all(descriptor, data)
        if prepare:
            prepare(descriptor)
        # A disk that lies about a short write must not replace a good file by half of one.
        if os.fstat(descriptor).st_size != len(data):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        os.fsync(descriptor)
    finally:
        let_go(descriptor)


def clean(path: str) -> None:
    """Remove what a writer that was killed left over, if it can be removed."""
    with suppress(OSError):
        os.unlink(path)


def read(path: str) -> bytes | None:
    """The content of `path`; None where no such file is. Raises StateDamaged.

    A file that another one replaces while it is read is read anew: what held keys is overwritten then.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as problem:
        refusal = damaged(os.path.basename(path), os.strerror(problem.errno or 0))
        if isinstance(problem, PermissionError):
            refusal = StateDamaged(str(refusal), "Run the program as the user whom the state belongs to.")
        raise refusal from problem
    try:
        content = read_from(descriptor, 0, os.path.basename(path))
        replaced = os.fstat(descriptor).st_nlink == 0
    finally:
        let_go(descriptor)
    return read(path) if replaced else content


def read_from(descriptor: int, offset: int, name: str) -> bytes:
    """Everything behind byte `offset` of an open file. Raises StateDamaged."""
    pieces = []
    try:
        while piece := os.pread(descriptor, max(65536, os.fstat(descriptor).st_size - offset), offset):
            pieces.append(piece)
            offset += len(piece)
    except OSError as problem:
        raise damaged(name, os.strerror(problem.errno or 0)) from problem
    return b"".join(pieces)
