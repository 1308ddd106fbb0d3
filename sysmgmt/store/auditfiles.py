"""The files of the audit as they are read: archives and what is being written, in one row."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from typing import IO, Any

from sysmgmt.domain.retention import Archived, Holdings
from sysmgmt.domain.times import seconds
from sysmgmt.store import files
from sysmgmt.store.journal import AUDIT, record_of
from sysmgmt.store.losses import Losses
from sysmgmt.store.rotated import RotatedFiles


class AuditFiles:
    """`sysmgmt.engine.ports.AuditFiles` in one folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, AUDIT)
        self._archives = RotatedFiles(self._path)
        self._losses = Losses(folder)

    def opened(self, stack: ExitStack, after: int = 0) -> list[IO[bytes]]:
        """The files with records of greater numbers than `after`, the oldest first. Raises OSError.

        The one that is being written comes first, so that none is missed which becomes an archive meanwhile.
        """
        found: list[IO[bytes]] = []
        with suppress(FileNotFoundError):
            found.append(stack.enter_context(open(self._path, "rb")))
        for one in reversed(self._archives.present()):
            if one.last > after and not any(os.path.samestat(os.stat(one.path), os.stat(it.fileno())) for it in found):
                found.append(stack.enter_context(open(one.path, "rb")))
        return found[::-1]

    def holdings(self) -> Holdings:
        """See the port."""
        with files.refusing(self._folder), suppress(FileNotFoundError), open(self._path, "rb") as file:
            times = (str(one["time"]) for one in filter(None, map(record_of, file)) if "time" in one)
            began = next((seconds(one) for one in times), None)
            found = tuple(Archived(*one[1:]) for one in self._archives.present())
            return Holdings(found, os.fstat(file.fileno()).st_size, began)
        return Holdings((), 0, None)

    def lines(self, after: int = 0) -> Iterator[tuple[Mapping[str, Any], bytes]]:
        """See the port."""
        with files.refusing(self._folder), ExitStack() as stack:
            for line in (line for file in self.opened(stack, after) for line in file):
                record = record_of(line)
                if record is not None and record["seq"] > after:
                    yield record, line

    def free(self) -> int:
        """See the port."""
        with files.refusing(self._folder):
            found = os.statvfs(self._folder)
            return found.f_bavail * found.f_frsize

    def remove_before(self, number: int) -> None:
        """See the port."""
        with files.refusing(self._folder):
            self._archives.remove_before(number)

    def lost(self) -> int:
        """See the port."""
        return self._losses.count()

    def forget_lost(self, count: int) -> None:
        """See the port."""
        self._losses.add(-count)
