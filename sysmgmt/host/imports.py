"""The import folder: the one place from which files are taken in, by their names alone."""

import os
import stat
from errno import EIO

from sysmgmt.domain.errors import InvalidValue, StorageFailed, UnknownFile


class ImportFolder:
    """The files in `folder`. Of anything outside it, and of what is no plain file, nobody learns that it exists.

    On a box that is `deployed` root of the machine alone can put files there.
    """

    def __init__(self, folder: str, deployed: bool = False) -> None:
        self._folder = folder
        self._deployed = deployed

    def read(self, name: str, most: int) -> bytes:
        """What the file `name` holds.

        Raises UnknownFile, InvalidValue for one with more than `most` bytes, StorageFailed for a disk that fails:
        what could not be looked for is not missing.
        """
        unknown = self._unknown(name)
        if os.path.basename(name) != name or name.startswith("."):
            raise unknown
        try:
            return self._read(name, most)
        except OSError as problem:
            if problem.errno == EIO:
                words = f"The import folder cannot be read ({os.strerror(EIO)}); nothing was changed."
                raise StorageFailed(words) from None
            raise unknown from None
        except ValueError:
            raise unknown from None

    def _unknown(self, name: str) -> UnknownFile:
        refusal = UnknownFile(name=name, folder=self._folder)
        if not self._deployed:
            return refusal
        return UnknownFile(str(refusal), f"Only root of this machine can put it into {self._folder}, as with scp while "
                                         "enable_root_access has opened ssh; a link counts as none.")

    def _read(self, name: str, most: int) -> bytes:
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            # Without O_NONBLOCK a pipe without a writer would be waited for.
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                raise ValueError("no plain file, or one that has another name besides")
            data = file.read(most + 1)
        if len(data) > most:
            raise InvalidValue(what=f"The file {name} has more than {most >> 10} KiB")
        return data
