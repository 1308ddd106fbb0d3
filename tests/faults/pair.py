"""Two processes that change something at once: one order of both explains what they say and what is stored.

One of them is stopped at a call, and meanwhile the other one runs, as far as it gets.
"""

import json
import os
import select
import shutil
import signal
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal
from tests.faults.by_preload import STOP, Fault
from tests.faults.course import Raw, Where, differing, effects, names, same, tables
from tests.faults.lines import LINES, Line
from tests.faults.scenes import Scene, Stage, house, runner
from tests.faults.trial import LONGEST, Place
from tests.faults.verdict import unexplained, unsound

BUSY = frozenset({"CollectionRuns", "BoxBusy"})
"""Answers to whoever comes while another one is at it: nothing was done."""
ALONE = {"erase_box": "whoever is at work on the box meanwhile may find it damaged; boxmgmtd is alone with it"}
"""Commands that are not run beside others."""
RECORDS = (("after_audit",), ("after_events",))
"""Where the number of a record is stored: it depends on who asked first, and on nothing else."""
STOPS = 8
"""At how many of its calls the first one of a pair is stopped."""
TURN = 0.1
"""Seconds that the other one has while the first is stopped: it may wait for a lock of his."""


def partners(line: Line) -> list[Line]:
    """The lines that can be run on the box of a line."""
    if line.command in ALONE or line.before is None or line.later:
        return []
    return [one for one in LINES if one.before in ((), line.before) and one.command not in ALONE and not one.later]


def trials(place: Place, stage: Stage, users: int, lines: Sequence[Line], chance: Random) -> Iterator[list[str]]:
    """What is wrong after each trial, of which there is no end: half of them are of the same line twice."""
    able = [one for one in lines if partners(one)]
    while able:
        first = chance.choice(able)
        scenes = stage.scenes(users, first, first if chance.random() < 0.5 else chance.choice(partners(first)))
        pair = Pair(place, *scenes)
        for at in chance.sample(range(1, pair.calls + 1), min(STOPS, pair.calls)):
            yield pair.at_once(at)
        shutil.rmtree(scenes[0].folder)


class Left(NamedTuple):
    """What is left after both: what each was told ("" if it was not there), what is stored, which files there are."""

    codes: tuple[str, ...]
    stored: Raw
    files: frozenset[str]


class Order(NamedTuple):
    """What one order of both leaves, and what of it differs from run to run."""

    left: Left
    hidden: frozenset[Where]

    def explains(self, found: Left) -> bool:
        """Whether it has come to the same; who was sent away because the other one was at it was not there."""
        codes = tuple("" if code in BUSY else code for code in found.codes)
        numbers = {where for where in differing(self.left.stored, found.stored) if where[-1:] in RECORDS}
        return (codes == self.left.codes and found.files == self.left.files
                and same(self.left.stored, found.stored, self.hidden | numbers))


class Writer:
    """A process that runs a line."""

    def __init__(self, place: Place, scene: Scene, maker: str, fault: Fault | None = None) -> None:
        place.boundary.plan(fault)
        self._reading, writing = os.pipe()
        self._child = os.fork()
        if not self._child:
            _run(place, scene, maker, writing, fault)
        os.close(writing)

    def stopped(self) -> bool:
        """Wait until it is stopped or over; whether it is stopped."""
        return os.WIFSTOPPED(os.waitpid(self._child, os.WUNTRACED)[1])

    def over(self) -> bool:
        """Whether it is over within its turn."""
        return bool(select.select([self._reading], [], [], TURN)[0])

    def go_on(self) -> None:
        """Let it go on."""
        os.kill(self._child, signal.SIGCONT)

    def code(self, ended: bool = False) -> str:
        """What it answers in the end; `ended`: it was waited for."""
        with open(self._reading, encoding="utf-8") as lines:
            said = lines.read()
        if not ended:
            os.waitpid(self._child, 0)
        return str(json.loads(said)) if said else "nothing"


def _run(place: Place, scene: Scene, maker: str, writing: int, fault: Fault | None) -> None:
    signal.alarm(LONGEST)
    os.setpgid(0, 0)  # a group with a stopped process would be hung up where a shell lets go of it
    try:
        if place.locks_nothing:
            import fcntl
            fcntl.flock = lambda descriptor, how: None
        if fault is None:
            code = runner(house(place.folder, scene.now, maker), scene.caller)(scene.text).code
        else:
            with place.boundary.armed():
                code = runner(house(place.folder, scene.now, maker), scene.caller)(scene.text).code
        os.write(writing, json.dumps(code).encode())
    except Refusal as refusal:  # where the box cannot even be opened
        os.write(writing, json.dumps(type(refusal).__name__).encode())
    except Exception as error:  # nobody may see one
        os.write(writing, json.dumps(f"{type(error).__name__}: {error}").encode())
    finally:
        os._exit(0)


class Pair:
    """Two scenes on the same box."""

    def __init__(self, place: Place, first: Scene, second: Scene) -> None:
        self._place = place
        self._scenes = first, second
        self._numbers = count()
        self.calls = 0
        """How many calls the first one makes."""
        self._orders = [self._order(*which) for which in ((0, 1), (1, 0), (0,), (1,))]

    def __str__(self) -> str:
        first, second = self._scenes
        return f"{first.line.command} and {second.line.command} with {first.users} users"

    def at_once(self, at: int) -> list[str]:
        """What is wrong after the second one ran while the first one was stopped at a call."""
        self._place.set_up(self._scenes[0])
        first = self._writer(0, Fault(STOP, at))
        stopped = first.stopped()
        second = self._writer(1, None)
        second.over()
        if stopped:
            first.go_on()
        codes = (first.code(ended=not stopped), second.code())
        return [f"{self}, at {at} of {self.calls}: {one} {codes}" for one in self._problems(codes)]

    def _writer(self, which: int, fault: Fault | None) -> Writer:
        return Writer(self._place, self._scenes[which], f"writer {next(self._numbers)} ", fault)

    def _order(self, *which: int) -> Order:
        one, other = (self._one_by_one(which) for _ in range(2))
        return Order(one, frozenset(differing(one.stored, other.stored)))

    def _one_by_one(self, which: tuple[int, ...]) -> Left:
        self._place.set_up(self._scenes[0])
        codes = {number: self._writer(number, Fault(STOP, 1_000_000)).code() for number in which}
        if which == (0,):
            self.calls = self._place.boundary.count
        self._place.spoil()
        return self._left(codes.get(0, ""), codes.get(1, ""))

    def _left(self, *codes: str) -> Left:
        house(self._place.folder)  # whoever opens it goes on with an erasure
        return Left(codes, tables(self._place.folder), effects(names(self._place.folder)))

    def _problems(self, codes: tuple[str, str]) -> Iterator[str]:
        self._place.spoil()
        scene, folder = self._scenes[0], self._place.folder
        try:
            found = self._left(*codes)
        except Refusal as refusal:
            yield f"the state cannot be read: {refusal}"
            return
        if not any(one.explains(found) for one in self._orders):
            yield f"no order explains it, those that there are say {[one.left.codes for one in self._orders[:2]]}"
        yield from unexplained(folder, scene)
        yield from unsound(folder, scene, house(folder, scene.now, "verdict"))
