"""Erasing all that is stored in a folder (R244, FCS_CKM.4): the keys at once, the rest when nobody uses it any more.

A file says that it has begun. As long as that is there, whoever opens the folder goes on first, so that
a crash in between leaves nothing.
"""

import os
import stat
from contextlib import suppress

from sysmgmt.domain.errors import StorageFailed
from sysmgmt.store import files, keyfile

MARK = "erase.begun"
_KEYS = (keyfile.MASTER, keyfile.AUDIT)


class FolderEraser:
    """Erases what lies in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def begin(self) -> None:
        """Overwrite the keys, and have the rest erased when the folder is opened next. Raises StorageFailed."""
        try:
            files.replace(os.path.join(self._folder, MARK), b"")
            for name in _KEYS:
                with suppress(FileNotFoundError):
                    _overwrite(os.path.join(self._folder, name))
        except OSError as problem:
            raise StorageFailed(f"The keys may not be erased yet ({problem.strerror}).") from problem

    def finish(self) -> None:
        """Erase what is left, if it has begun. The folder itself stays. Raises StorageFailed."""
        mark = os.path.join(self._folder, MARK)
        if not os.path.lexists(mark):
            return
        with files.refusing(self._folder):
            for name in _KEYS:
                _erase(os.path.join(self._folder, name))
            for name in os.listdir(self._folder):
                if name != MARK:
                    _erase(os.path.join(self._folder, name))
            files.sync_folder(self._folder)
            os.unlink(mark)
            files.sync_folder(self._folder)


def has_begun(folder: str) -> bool:
    """Whether the folder has to be erased."""
    return os.path.lexists(os.path.join(folder, MARK))


def _erase(path: str) -> None:
    """Overwrite and remove a file, or all in a folder. Links are removed and never followed."""
    try:
        kind = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(kind):
        for name in os.listdir(path):
            _erase(os.path.join(path, name))
        os.rmdir(path)
        return
    if stat.S_ISREG(kind):
        _overwrite(path)
    os.unlink(path)


def _overwrite(path: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        files.overwrite(descriptor)
    finally:
        files.let_go(descriptor)
