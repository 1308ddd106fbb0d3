"""The archives of a journal: its earlier files, read-only, each named by its first and its last number."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.store import files


class RotatedFile(NamedTuple):
    """An earlier file of a journal, with the numbers of its first and its last record; size in bytes."""

    path: str
    first: int
    last: int
    size: int


class RotatedFiles:
    """Those of the journal at `path`, in its folder."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder, name = os.path.split(path)
        self._stem, self._end = os.path.splitext(name)
        self._name = re.compile(rf"{re.escape(self._stem)}-(\d+)-(\d+){re.escape(self._end)}")

    def present(self) -> list[RotatedFile]:
        """All of them, the oldest first. Raises OSError."""
        found = []
        with os.scandir(self._folder) as entries:
            for one in entries:
                if named := self._name.fullmatch(one.name):
                    found.append(RotatedFile(one.path, int(named[1]), int(named[2]), one.stat().st_size))
        return sorted(found, key=lambda one: one.last)

    def paths_backwards(self) -> Iterator[str]:
        """The journal's file, then they, the newest first; they are looked for when the file has been read."""
        yield self._path
        if os.path.isdir(self._folder):
            yield from (one.path for one in reversed(self.present()))

    def last(self) -> int:
        """The number of the last record in them; 0 where there are none. Raises OSError."""
        return max((one.last for one in self.present()), default=0)

    def put(self, first: int, last: int) -> None:
        """Make the journal's file an archive, durably. It must have been synced. Raises OSError, StorageFailed."""
        path = os.path.join(self._folder, f"{self._stem}-{first:012d}-{last:012d}{self._end}")
        os.rename(self._path, path)
        with suppress(OSError):  # a precaution against slips; it is an archive without it
            os.chmod(path, 0o400)
        files.keep_names(self._folder)

    def remove_before(self, number: int) -> None:
        """Remove those whose last record comes before `number`. Raises OSError."""
        for one in self.present():
            if one.last < number:
                os.unlink(one.path)
