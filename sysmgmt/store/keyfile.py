"""Files of keys: beside the state and never a part of it."""

import os
from contextlib import suppress

from sysmgmt.store import files

MASTER, AUDIT = "master.key", "audit.key"
"""The keys under which the secrets of the state are sealed; the key that the audit is chained with."""


class KeyFile:
    """A file in `folder` that holds keys."""

    def __init__(self, folder: str, name: str = MASTER) -> None:
        self._folder = folder
        self.path = os.path.join(folder, name)

    def read(self) -> bytes | None:
        """What it holds; None if there is none. Raises StateDamaged."""
        return files.read(self.path)

    def write(self, data: bytes) -> None:
        """Make it hold `data`, durably, as a whole or not at all; what it held before is overwritten.

        The caller holds the lock of what the keys are for. Raises StorageFull, StorageFailed.
        """
        with files.refusing(self._folder):
            files.make_folder(self._folder)
            old = self._old()
            try:
                files.replace(self.path, data)
                if old is not None:
                    files.overwrite(old)
            finally:
                if old is not None:
                    files.let_go(old)

    def _old(self) -> int | None:
        with suppress(FileNotFoundError):
            return os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        return None
