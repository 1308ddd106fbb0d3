"""The file of the audit's key: where the current epoch began, and with which key."""

import os
from collections.abc import Callable

from sysmgmt.store import chain, keyfile
from sysmgmt.store.chain import Link


class Links:
    """That file in `folder`; the caller holds the lock of the audit. `boot` names the start of the machine."""

    def __init__(self, folder: str, boot: Callable[[], str]) -> None:
        self._keys = keyfile.KeyFile(folder, keyfile.AUDIT)
        self._boot = boot
        self._seen: tuple[int, int] | None = None
        self._link: Link | None = None

    def read(self) -> Link | None:
        """What it says. Raises StateDamaged."""
        return chain.read(self._keys.read())

    def present(self) -> Link | None:
        """The same, and another process may have moved it on since it was read. Raises StateDamaged."""
        try:
            found = os.stat(self._keys.path)
        except FileNotFoundError:
            self._link = self._seen = None
            return None
        if self._seen != (found.st_ino, found.st_mtime_ns):
            self._link = self.read()
            self._seen = (found.st_ino, found.st_mtime_ns)
        return self._link

    def keep(self, link: Link) -> None:
        """Make it say `link`, durably. Raises StorageFull, StorageFailed."""
        self._keys.write(chain.written(link._replace(boot=self._boot() or link.boot)))
        self._link, self._seen = link, None
