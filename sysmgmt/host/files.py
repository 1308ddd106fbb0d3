"""Files of the machine as values: read, written beside the real one, renamed into its place."""

import os
import stat
from contextlib import suppress
from errno import ENOSPC
from typing import NamedTuple

SUFFIX = ".boxmgmt-new"
"""What stands behind the name of a file that is written but not yet in place."""
_NOTHING = bytes(1 << 16)


class File(NamedTuple):
    """A file: what it holds, and who may read it. The owner is root (where a test runs: the user)."""

    content: bytes
    mode: int = 0o644
    group: int = 0

    @property
    def secret(self) -> bool:
        """Whether its owner alone may read it."""
        return not self.mode & 0o077


def read(path: str) -> File | None:
    """The file at `path`; None if there is none, or something else than a file. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        return File(file.read(), stat.S_IMODE(found.st_mode), found.st_gid)


def write_beside(path: str, wanted: File) -> str:
    """Write `wanted` durably beside `path`; the path of it. Raises OSError.

    It has its mode and group from the first byte on; folders are made, readable by all.
    """
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fresh = path + SUFFIX
    drop(fresh)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            if os.geteuid() == 0:
                os.fchown(descriptor, 0, wanted.group)
            os.fchmod(descriptor, wanted.mode)
            file.write(wanted.content)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        drop(fresh)
        raise
    return fresh


def put(path: str, wanted: File | None) -> None:
    """Make `path` be `wanted` at once, durably; None: nothing stands there then. Raises OSError."""
    if wanted is None:
        drop(path)
    else:
        os.rename(write_beside(path, wanted), path)
        _sync(os.path.dirname(path))


def _sync(folder: str) -> None:
    """Make the names in `folder` durable, as `store.files.sync_folder` does. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        let_go(descriptor)


def let_go(descriptor: int) -> None:
    """Close a file of which nothing depends on that any more."""
    with suppress(OSError):
        os.close(descriptor)


def erase(descriptor: int) -> None:
    """Leave nothing of what a file held (FCS_CKM.4), as `store.files.overwrite` does. Raises OSError."""
    left = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    while left > 0:
        written = os.write(descriptor, _NOTHING[:left])
        if not written:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        left -= written
    os.fsync(descriptor)


def drop(path: str) -> None:
    """Remove a file that may exist. Raises OSError."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def within(root: str, path: str) -> str:
    """The absolute `path` below `root`."""
    return path if root == "/" else os.path.join(root, path.lstrip("/"))
