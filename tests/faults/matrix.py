"""Every call of every command that changes something, and every fault at it."""

from collections.abc import Callable, Collection, Iterator
from errno import EDQUOT, EINTR, EIO, ENOSPC, EROFS
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from sysmgmt.engine import audit_seeds
from tests.faults.by_preload import ANY, CHANGES, ERROR, KILL, READS, SHORT, TAKES_SPACE, TORN, WRITES, Fault
from tests.faults.course import Course, by_itself, observed, tables, times
from tests.faults.powercut import cut
from tests.faults.scenes import Scene, house
from tests.faults.trial import Place, Said
from tests.faults.verdict import problems
from tests.faults.volume import Volume
from tests.support.clock import DAY, HOUR, MONDAY

ERRORS = {ENOSPC: WRITES | TAKES_SPACE, EDQUOT: WRITES | TAKES_SPACE, EROFS: WRITES | TAKES_SPACE | CHANGES,
          EIO: ANY, EINTR: ANY}
"""Which kinds of calls answer with an error."""
JUMPS = (-MONDAY, -400 * DAY, -HOUR, HOUR, 400 * DAY, 2.0 ** 31 - MONDAY + DAY)
"""Seconds by which the clock is off: from 1970 to 2038."""
BY_THE_CLOCK = {
    **dict.fromkeys(("confirm_change", "undo_change"),
                    "its time is over, and the change returns: tests/commands/test_pending.py"),
    "take_scheduled_backup": "it takes what is due by the clock"}
"""Commands that rightly do something else when the clock is off."""
PAGE, ROOMS = 4096, 48
"""Bytes of a block, and how many of them a full disk has left at most."""
INTERRUPTIONS = 3
"""How often in a row a call is interrupted: what is interrupted for ever never ends."""


class Case(NamedTuple):
    """A fault in a scene."""

    scene: Scene
    course: Course
    fault: Fault

    def __str__(self) -> str:
        return f"{self.scene}: {self.fault} ({self.course.calls[self.fault.at - 1][:5]})"


def cases(place: Place, scene: Scene) -> Iterator[Case]:
    """All faults in a scene."""
    course = observed(place, scene)
    for number, one in enumerate(course.calls, 1):
        for fault in faults(number, one.kind):
            yield Case(scene, course, fault)


def faults(number: int, kind: int, errors: Collection[int] = ERRORS.keys()) -> Iterator[Fault]:
    """What goes wrong at a call of that kind; of the errors, those that are named."""
    yield Fault(KILL, number)
    if kind == WRITES:
        yield from (Fault(TORN, number, calls=WRITES), Fault(SHORT, number, calls=WRITES),
                    Fault(SHORT, number, times=0, calls=WRITES))
    for error in errors:
        if kind & (kinds := ERRORS[error]):
            yield Fault(ERROR, number, error)
            if error == EINTR:
                yield Fault(ERROR, number, error, INTERRUPTIONS)
            elif kind != READS:
                yield Fault(ERROR, number, error, 0, kinds & ~READS)


class Matrix:
    """Tries cases in one place. What was found right once is right whenever the very same is left and was said."""

    def __init__(self, disk: Path, ignored: Collection[str] = ()) -> None:
        """The place lies on the disk that is mounted there. The calls `ignored` do nothing before a power cut."""
        self.place = Place(disk / "place")
        self._volume = Volume(disk, self.place)
        self._ignored = ignored
        self._right: set[tuple[int, str]] = set()

    def tried(self, case: Case) -> list[str] | None:
        """What is wrong after the fault; None if it did not happen."""
        self.place.set_up(case.scene)
        said = self.place.run(case.scene, case.fault)
        if not self.place.boundary.fired:
            return None
        return [f"{case}: {one} [{said}]" for one in self._problems(case, said)]

    def cut(self, case: Case, chance: Random) -> list[str]:
        """What is wrong after a power cut somewhere in a scene, and another start of the machine."""
        self.place.set_up(case.scene)
        self.place.spoil()
        after = case._replace(scene=case.scene._replace(boot="second"))
        said, anchor = cut(case.scene, case.course, self.place.folder, chance, self._ignored)
        found = self._problems(after, said)
        if anchor and not found:
            self.place.spoil()  # whoever opens the box goes on with what was begun, and tells of what was lost
            found = list(_missing(self.place.folder, after.scene, anchor))
        return [f"power cut, {case.scene}: {one} [{said}]" for one in found]

    def others(self, case: Case, chance: Random) -> list[tuple[str, Callable[[], list[str]]]]:
        """What can be tried in a scene besides faults at its calls, and its name, in any order."""
        rooms = (0, *chance.sample(range(1, ROOMS), 2))
        jumps = JUMPS if case.scene.line.command not in BY_THE_CLOCK else ()
        found = [("full disks", partial(self.full, case, blocks * PAGE)) for blocks in rooms]
        found += [("read-only disks", partial(self.read_only, case))]
        found += [("clock jumps", partial(self.jumped, case, seconds)) for seconds in jumps]
        return chance.sample(found, len(found))

    def full(self, case: Case, room: int) -> list[str]:
        """What is wrong after a disk with `room` bytes was full in a scene, and has space again."""
        said, wrong = self._volume.full(case.scene, case.course, room)
        return [f"{room} bytes free, {case.scene}: {one} [{said}]" for one in (*wrong, *self._problems(case, said))]

    def read_only(self, case: Case) -> list[str]:
        """What is wrong after a disk was read-only in a scene, and is not any more."""
        said, wrong = self._volume.read_only(case.scene, case.course)
        return [f"read-only, {case.scene}: {one} [{said}]" for one in (*wrong, *self._problems(case, said))]

    def jumped(self, case: Case, seconds: float) -> list[str]:
        """What is wrong after a scene in which the clock was off by so much, and is right again."""
        line = case.scene.line
        self.place.set_up(case.scene)
        said = self.place.run(case.scene._replace(line=line._replace(later=line.later + seconds)))
        moments = times(case.course.states[-1], by_itself(tables(self.place.folder)))
        course = case.course._replace(hidden=case.course.hidden | moments, again=case.course.again | {case.course.code})
        case = case._replace(course=course)
        return [f"{seconds:+.0f} s, {case.scene}: {one} [{said}]" for one in self._problems(case, said)]

    def _problems(self, case: Case, said: Said) -> list[str]:
        left = self.place.left()
        known = hash(left), f"{case.scene} {case.scene.boot} {said}"
        if known in self._right:
            return []
        self.place.spoil()
        found = list(problems(self.place.folder, case.scene, case.course, said))
        if not found:
            self._right.add(known)
        return found


def _missing(folder: Path, scene: Scene, anchor: tuple[int, str]) -> Iterator[str]:
    """What the audit has lost of what was on the disk for certain."""
    box = house(folder, scene.now, "anchor", scene.boot).box
    state = box.store.read()
    if state.installed and state.settings.audit_seeds:
        found = box.audit.verify(audit_seeds.seeds(state, box.sealer), anchor, kept=state.settings.audit_kept)
        if not found["intact"]:
            yield f"what was synced is missing: {found}"
