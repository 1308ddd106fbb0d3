"""Archives of system info: files in a folder beside the state, each with what is known of it."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from sysmgmt.domain.collection import Archive, Member
from sysmgmt.domain.errors import ArchiveTooLarge, CollectionRuns, UnknownArchive
from sysmgmt.store import files

FOLDER, SUFFIX, FACTS = "collected", ".tar.gz", ".json"
LOCK = "collected.lock"
PIECE = 48 * 1024
"""Bytes that are read at once."""
MB = 1_000_000
LATEST = 2**32 - 1
"""The last second that a compressed file can name, in 2106."""


class Room(NamedTuple):
    """Bytes that one archive may have, and what it leaves free on the disk: a share of it, and at least so many."""

    most: int = 1000 * MB
    share: float = 0.1
    least: int = 64 * MB


class CollectedFiles:
    """`sysmgmt.engine.ports.Archives` in one folder."""

    def __init__(self, folder: str, room: Room = Room()) -> None:
        self._state = folder
        self._folder = os.path.join(folder, FOLDER)
        self._room = room

    def present(self) -> list[Archive]:
        """See the port."""
        found = [one for name in self._names() if (one := self._known(name))]
        return sorted(found, key=lambda one: (one.made_at, one.name))

    def _names(self) -> list[str]:
        try:
            return [one.removesuffix(SUFFIX) for one in os.listdir(self._folder) if one.endswith(SUFFIX)]
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise files.refusal(problem, self._folder) from None

    def _known(self, name: str) -> Archive | None:
        """What is known of an archive; None where somebody has removed it meanwhile. Raises StateDamaged."""
        text = files.read(self._path(name, FACTS))
        if text is None and not os.path.exists(self._path(name, SUFFIX)):
            return None
        try:
            kept = json.loads(text or b"")
            return Archive(**kept | {"parts": tuple(kept["parts"])})
        except (ValueError, TypeError, KeyError):
            raise files.damaged(f"{FOLDER}/{name}{FACTS}", "it is not what this box writes") from None

    def _path(self, name: str, suffix: str) -> str:
        return os.path.join(self._folder, name + suffix)

    def make(self, new: Archive, members: Iterable[Member]) -> Archive:
        """See the port."""
        with files.refusing(self._state):
            files.make_folder(self._folder)
            with self._alone():
                self._clean()
                return self._made(new, members)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = files.open_private(os.path.join(self._state, LOCK), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise CollectionRuns() from None
        finally:
            files.let_go(descriptor)

    def _clean(self) -> None:
        """Remove what was left of an archive that did not become whole, or did not go as a whole."""
        whole = {name + end for name in self._names() for end in (SUFFIX, FACTS)}
        for one in os.listdir(self._folder):
            if one not in whole:
                files.clean(os.path.join(self._folder, one))

    def _made(self, new: Archive, members: Iterable[Member]) -> Archive:
        path = self._path(new.name, SUFFIX)
        if os.path.exists(path):  # somebody else was quicker, within the same second
            raise CollectionRuns()
        temporary = path + files.TEMPORARY
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "wb") as file:
                counted = _Counted(file, self._most())
                _pack(counted, new, members)
                file.flush()
                os.fsync(descriptor)
            made = new._replace(size=counted.size, sha256=counted.sums.hexdigest())
            files.replace(self._path(new.name, FACTS), json.dumps(made._asdict()).encode() + b"\n")
            os.rename(temporary, path)
        except BaseException:
            files.clean(temporary)
            raise
        files.keep_names(self._folder)
        return made

    def _most(self) -> int:
        """Bytes that an archive may have now."""
        disk = os.statvfs(self._folder)
        free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        return max(0, min(self._room.most, free - max(self._room.least, int(whole * self._room.share))))

    def pieces(self, name: str) -> Iterator[bytes]:
        """See the port."""
        try:
            descriptor = os.open(self._path(name, SUFFIX), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            raise UnknownArchive(name=name) from None
        return _pieces(descriptor)

    def remove(self, name: str) -> None:
        """See the port."""
        with files.refusing(self._state):
            try:
                os.unlink(self._path(name, SUFFIX))
            except FileNotFoundError:
                raise UnknownArchive(name=name) from None
            files.keep_names(self._folder)  # without its facts an archive that came back would be damage
            files.clean(self._path(name, FACTS))
            files.keep_names(self._folder)


def _pieces(descriptor: int) -> Iterator[bytes]:
    with open(descriptor, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _pack(out: "_Counted", new: Archive, members: Iterable[Member]) -> None:
    """Write the members as a compressed tar."""
    import gzip  # these are needed for nothing else
    import io
    import tarfile

    with (gzip.GzipFile("", "wb", 6, out, min(new.made_at, LATEST)) as pressed,
          tarfile.open(fileobj=pressed, mode="w|") as packed):
        for one in members:
            entry = tarfile.TarInfo(one.path)
            entry.size, entry.mtime, entry.mode = len(one.data), int(new.made_at), 0o600
            packed.addfile(entry, io.BytesIO(one.data))


class _Counted:
    """A file that counts and sums what is written to it, and takes no more than `most` bytes."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most
        self.size = 0
        self.sums = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write it. Raises ArchiveTooLarge, OSError."""
        self.size += len(data)
        if self.size > self._most:
            raise ArchiveTooLarge(megabytes=self._most // MB)
        self.sums.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Hand on what is kept back. Raises OSError."""
        self._file.flush()
