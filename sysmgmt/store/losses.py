"""How many records could not be written: counted in a file that already has its space."""

import fcntl
import os
from contextlib import suppress

from sysmgmt.store import files

NAME, DIGITS = "audit.lost", 20


class Losses:
    """The count in one folder. Where it cannot be kept either, nothing is said: whoever counts has failed already."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, NAME)

    def make(self) -> None:
        """Make the file, if there is none. Raises OSError."""
        if not os.path.exists(self._path):
            files.replace(self._path, f"{0:0{DIGITS}}\n".encode())

    def count(self) -> int:
        """Records that were lost and not forgotten."""
        with suppress(OSError, ValueError), open(self._path, "rb") as file:
            return int(file.read(DIGITS))
        return 0

    def add(self, number: int) -> None:
        """Count so many more, or with a negative number fewer."""
        with suppress(OSError, ValueError), open(self._path, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            count = max(0, int(file.read(DIGITS)) + number)
            os.pwrite(file.fileno(), f"{count:0{DIGITS}}".encode(), 0)
            os.fdatasync(file.fileno())
