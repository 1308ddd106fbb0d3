"""The folder of the settings backups: one file for each, of the owner of the state alone."""

import os
from collections.abc import Callable
from contextlib import suppress

from sysmgmt.domain.errors import BackupExists, StateDamaged, UnknownBackup
from sysmgmt.store import files

_END, _UNPROVEN, _LOCK = ".backup", ".unproven", "backups.lock"


class BackupFolder:
    """The backups in `folder`. Names are without paths; whoever asks has checked them."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """All of them, in alphabetical order. Raises StorageFailed."""
        with files.refusing(self._folder), suppress(FileNotFoundError):
            return sorted(one.removesuffix(_END) for one in os.listdir(self._folder) if one.endswith(_END))
        return []

    def read(self, name: str) -> bytes:
        """The file of a backup. Raises UnknownBackup, StateDamaged."""
        data = files.read(self._path(name))
        if data is None:
            raise UnknownBackup(name=name)
        return data

    def put(self, name: str, data: bytes, prove: Callable[[bytes], None]) -> None:
        """Keep a new backup, durably, once `prove` has looked at what was read back, and raised nothing.

        Raises BackupExists, StorageFull, StorageFailed.
        """
        unproven = self._path(name) + _UNPROVEN
        with files.locked(os.path.join(self._folder, _LOCK)), files.refusing(self._folder):
            if os.path.lexists(self._path(name)):
                raise BackupExists(name=name)
            self._clean()
            try:
                files.replace(unproven, data)
                prove(files.read(unproven) or b"")
                os.rename(unproven, self._path(name))
                files.keep_names(self._folder)
            finally:
                files.clean(unproven)

    def remove(self, name: str) -> None:
        """Remove a backup. Raises UnknownBackup, StorageFailed."""
        with files.refusing(self._folder):
            try:
                os.unlink(self._path(name))
            except FileNotFoundError:
                raise UnknownBackup(name=name) from None
            files.keep_names(self._folder)

    def _path(self, name: str) -> str:
        if os.path.basename(name) != name:
            raise StateDamaged(what="a backup whose name is a path")
        return os.path.join(self._folder, name + _END)

    def _clean(self) -> None:
        """Remove what a writer that was killed left over."""
        for one in os.listdir(self._folder):
            if one.endswith((_UNPROVEN, files.TEMPORARY)):
                files.clean(os.path.join(self._folder, one))
