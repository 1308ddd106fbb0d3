"""What a disk may hold after a power cut: what was synced, and of the rest whatever came through, in any order.

Data of a file counts from its fsync on, a name from the fsync of its folder on. Of writes that were not
synced, sectors arrive one by one, and a file may have grown without them; of names that were not, any.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.faults.by_preload import Record
from tests.faults.course import Course
from tests.faults.scenes import Scene
from tests.faults.trial import Said, content

SECTOR = 512
Names = dict[str, int]


class Blocks:
    """A file: what is on the disk for certain, and what was done to it since."""

    def __init__(self, data: bytes = b"") -> None:
        self.synced = data
        self.since: list[tuple[int, bytes | None]] = []
        """Writes (where, what), and new lengths (length, None)."""

    def sync(self) -> None:
        """Be on the disk for certain."""
        self.synced = bytes(_applied(self.synced, self.since))
        self.since = []

    def after_cut(self, chance: Random) -> bytes:
        """What may be found of it."""
        share = chance.choice((0.0, 0.5, 0.9, 1.0))
        return bytes(_applied(self.synced, self._arrived(chance, share)))

    def _arrived(self, chance: Random, share: float) -> Iterator[tuple[int, bytes | None]]:
        for place, data in self.since:
            if data is None:
                if chance.random() < share:
                    yield place, None
                continue
            cuts = [place, *range(place - place % SECTOR + SECTOR, place + len(data), SECTOR), place + len(data)]
            for start, end in zip(cuts, cuts[1:], strict=False):
                if chance.random() < share:
                    yield start, data[start - place:end - place]


def _applied(data: bytes, done: Iterable[tuple[int, bytes | None]]) -> bytearray:
    found = bytearray(data)
    for place, piece in done:
        if piece is None:
            found = found[:place].ljust(place, b"\0")
        else:
            found = found.ljust(place, b"\0")
            found[place:place + len(piece)] = piece
    return found


class Disk:
    """The files below `folder`, which are those of `begun` at first."""

    def __init__(self, folder: Path, begun: Path) -> None:
        self._folder = folder
        self._files: list[Blocks] = []
        self._synced: Names = {}
        self._now: Names = {}
        self._since: list[tuple[str, Mapping[str, int | None]]] = []
        """Changes of names that were not synced: the folder, and the file that each name got."""
        self._open_files: dict[int, Blocks | str] = {}
        """By inode: a file, or the name of a folder."""
        self._folders: list[str] = []
        for name, data in content(begun).items():
            if data is None:
                self._folders.append(os.path.normpath(name))
            else:
                self._synced[os.path.normpath(name)] = len(self._files)
                self._files.append(Blocks(data))
        self._now.update(self._synced)

    def follow(self, call: Record) -> None:
        """Take note of a call."""
        names = [os.path.relpath(one, self._folder) for one in call.names]
        act = getattr(self, f"_{call.call}", None)
        if act is not None:
            act(call, *names)

    def _create(self, call: Record, name: str) -> None:
        self._files.append(Blocks())
        self._open_files[call.inode] = self._files[-1]
        self._name({name: len(self._files) - 1})

    def _open(self, call: Record, name: str) -> None:
        if call.inode >= 0:
            self._open_files[call.inode] = self._files[self._now[name]] if name in self._now else name

    def _rename(self, call: Record, old: str, new: str) -> None:
        self._name({new: self._now[old], old: None})

    def _unlink(self, call: Record, name: str) -> None:
        self._name({name: None})

    def _mkdir(self, call: Record, name: str) -> None:
        self._folders.append(name)

    def _name(self, names: Mapping[str, int | None]) -> None:
        self._since.append((os.path.dirname(next(iter(names))) or ".", names))
        _named(self._now, names)

    def _write(self, call: Record) -> None:
        self._change(call, call.data)

    _pwrite64 = _write

    def _ftruncate(self, call: Record) -> None:
        self._change(call, None)

    def _change(self, call: Record, data: bytes | None) -> None:
        file = self._open_files[call.inode]
        assert isinstance(file, Blocks)
        file.since.append((call.offset, data))

    def _fsync(self, call: Record) -> None:
        found = self._open_files[call.inode]
        if isinstance(found, Blocks):
            found.sync()
            return
        for folder, names in self._since:
            if folder == found:
                _named(self._synced, names)
        self._since = [one for one in self._since if one[0] != found]

    _fdatasync = _fsync

    def anchor(self, name: str) -> tuple[int, str] | None:
        """The number and the MAC of the last record in a file that is on the disk for certain."""
        text = self._files[self._synced[name]].synced if name in self._synced else b""
        found = json.loads(text.splitlines()[-1]) if text.endswith(b"\n") else {}
        return (found["seq"], found["mac"]) if "mac" in found else None

    def cut(self, chance: Random, folder: Path) -> None:
        """Lay into `folder` what may be found after a power cut now."""
        names, share = dict(self._synced), chance.choice((0.0, 0.5, 0.9, 1.0))
        for _, change in self._since:
            if chance.random() < share:
                _named(names, change)
        shutil.rmtree(folder, ignore_errors=True)
        for name in self._folders:
            os.makedirs(folder / name, 0o700, exist_ok=True)
        for name, number in names.items():
            (folder / name).write_bytes(self._files[number].after_cut(chance))


def _named(names: Names, change: Mapping[str, int | None]) -> None:
    for name, number in change.items():
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number


class Cut(NamedTuple):
    """A power cut: what had been said until then, and the last record of the audit that was certain."""

    said: Said
    anchor: tuple[int, str] | None


def cut(scene: Scene, course: Course, folder: Path, chance: Random, ignored: Collection[str] = ()) -> Cut:
    """Cut the power somewhere in a scene; what is left lies in `folder`.

    The calls `ignored` do nothing: the positive control, a store that does not sync.
    """
    disk, answers = Disk(folder, scene.folder), 0
    for call in course.trace[:chance.randrange(len(course.trace) + 1)]:
        answers += call.call == "answered"
        if call.call not in ignored:
            disk.follow(call)
    disk.cut(chance, folder)
    return Cut(Said(course.answers[:answers], 0), disk.anchor("state/audit.journal"))
