"""Commands on a real disk that is full, or read-only for a while."""

import gc
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.faults import disk
from tests.faults.course import Course
from tests.faults.scenes import Scene, house, runner
from tests.faults.trial import READ, WRITE, Place, Said

SIZE = 512 << 20
"""Bytes of the disk while there is room."""
REFUSALS = frozenset({"StorageFull", "StorageFailed", "StorageUncertain", "ServiceRefused", "ArchiveTooLarge"})
"""What a command answers that cannot be carried out on such a disk."""


class Tried(NamedTuple):
    """What was said on such a disk, and what of it was not as it must be."""

    said: Said
    wrong: list[str]


class Volume:
    """The disk, mounted at `path`, on which `place` lies."""

    def __init__(self, path: Path, place: Place) -> None:
        self._path = str(path)
        self._place = place

    def full(self, scene: Scene, course: Course, room: int) -> Tried:
        """Run a scene where only `room` bytes are free; reading goes on all the same."""
        self._place.set_up(scene)
        disk.leave(self._path, room)
        try:
            said = self._place.run(scene)
        finally:
            disk.leave(self._path, SIZE)
        return Tried(said, list(_unlike(course, said)))

    def read_only(self, scene: Scene, course: Course) -> Tried:
        """Run a scene where the disk has become read-only; what has met that goes on once it is writable again.

        In the middle of a command no tmpfs becomes so while its files are open: there EROFS for good stands for it.
        """
        self._place.set_up(scene)
        self._let_go()
        ask = runner(house(self._place.folder, scene.now, "trial"), scene.caller)
        with disk.read_only(self._path):
            answers = [ask(scene.text), ask(READ)]
        answers.append(ask(WRITE))
        said = Said([(one.code, one.status) for one in answers], 0)
        if self._place.promises_early:
            said = Said([("Done", 0), *said.answers[1:]], 0)
        return Tried(said, [*_unlike(course, said), *_still(said.answers[2])])

    def _let_go(self) -> None:
        """Close the files of earlier trials: one that is open keeps the disk from becoming read-only."""
        gc.collect()
        for one in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                if os.readlink(f"/proc/self/fd/{one}").startswith(self._path):
                    os.close(int(one))


def _unlike(course: Course, said: Said) -> Iterator[str]:
    """Whether it was refused by name, and reading goes on."""
    if said.first[0] not in (course.code, *REFUSALS):
        yield f"it was answered with {said.first}"
    if said.answers[1] not in (course.answers[1], ("Done", 0), ("NotInstalled", 1)):
        yield f"reading did not go on: {said.answers[1]}"


def _still(answer: tuple[str, int]) -> Iterator[str]:
    if answer[0] in REFUSALS:
        yield f"what could be written again was refused: {answer}"
