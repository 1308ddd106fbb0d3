"""boxmgmtd is killed while a client runs a line: what was promised is there, and the next boxmgmtd works."""

import ctypes
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.request import Answer
from sysmgmt.service.__main__ import serve
from sysmgmt.service.client import ServiceDoor
from tests.faults.course import Course, Raw, Where, by_itself, differing, observed, same, tables, times
from tests.faults.lines import Line
from tests.faults.scenes import OWN, Scene, Stage
from tests.faults.trial import NEXT, Place
from tests.faults.verdict import SESSION_IS_OVER
from tests.support.box import ADMIN_PASSWORD, Client

LETS_IN = ("Done", "MustChangePassword", *SESSION_IS_OVER)
"""Answers to whoever comes first to a boxmgmtd that works."""
PASSWORDS = (ADMIN_PASSWORD, "Other-Pass-34")
"""Those of admin: before and after a line that changes it."""
ELSE = frozenset({
    ("syslog", "1", "after_audit"), ("syslog", "1", "after_events"), ("settings", "1", "pending", "sessions"),
    ("settings", "1", "erasure", "begun")})
"""What is another thing in another session, or by the clock of the machine."""
NOT_HERE = {**dict.fromkeys(("confirm_change", "undo_change"), "a change that waits returns when boxmgmtd starts"),
            "regenerate_encryption_keys": "tests/faults/test_regeneration_killed.py kills it at each call"}
"""Commands that are not run here, and why."""
KILLS = 3
"""How often it is killed at one line before the next one's turn."""
PATIENCE = 20.0
"""Seconds until a boxmgmtd that does not answer has failed."""
DIES_WITH_ITS_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def trials(place: Place, stage: Stage, users: int, lines: Sequence[Line], chance: Random) -> Iterator[list[str]]:
    """What is wrong after each kill, of which there is no end: one line after the other."""
    able = [one for one in lines if is_for_clients(one)]
    for line in cycle(chance.sample(able, len(able))):
        scene = stage.scene(line, users)
        killing = Killing(place, scene, observed(place, scene))
        for _ in range(KILLS):
            yield killing.tried(chance)
        shutil.rmtree(scene.folder)


class Service:
    """A boxmgmtd over the box in a folder, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "socket" / "box.sock"
        self._child = os.fork()
        if not self._child:
            self._be(str(folder / "state"))
        self._wait()

    def _be(self, state: str) -> None:
        try:
            ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.umask(0o077)
            serve(state, str(self._path))
        finally:
            os._exit(1)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        with socket.socket(socket.AF_UNIX) as probe:
            while probe.connect_ex(str(self._path)):
                assert time.monotonic() < deadline, "boxmgmtd does not start"
                time.sleep(0.005)  # until it listens

    def client(self) -> Client:
        """Somebody at it, logged in as admin if there is one."""
        client = Client(ServiceDoor(str(self._path)))
        for password in PASSWORDS:
            if client.log_in("admin", password).code == "Done":
                break
        return client

    def kill(self) -> None:
        """End it at once."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)


def is_for_clients(line: Line) -> bool:
    """Whether a client can run it: the box's own work is done by nobody else, and time passes as it does."""
    return line.command not in OWN and line.command not in NOT_HERE and not line.later


class Killing:
    """Kills while a scene goes on, in `place`; without one it takes `seconds`."""

    def __init__(self, place: Place, scene: Scene, course: Course) -> None:
        self._place = place
        self._scene = scene
        begun = time.monotonic()
        self._course = course._replace(hidden=course.hidden | _tokens(place, scene, course))
        self.seconds = time.monotonic() - begun

    def tried(self, chance: Random) -> list[str]:
        """What is wrong after a kill at a random moment."""
        after = chance.uniform(0, self.seconds)
        self._place.set_up(self._scene)
        self._place.spoil()
        answer = self.killed(after)
        told = f"boxmgmtd killed after {after:.4f} s, {self._scene}"
        return [f"{told}: {one} [{answer.code}]" for one in self.problems(answer)]

    def killed(self, after: float) -> Answer:
        """Run the line, and kill boxmgmtd so many seconds later; the answer."""
        service = Service(self._place.folder)
        client, answers = service.client(), list[Answer]()
        asking = threading.Thread(target=lambda: answers.append(client.do(self._scene.text)))
        asking.start()
        asking.join(PATIENCE if self._place.forgets else after)
        service.kill()
        asking.join(PATIENCE)
        if self._place.forgets:
            self._place.set_up(self._scene)
            self._place.spoil()
        return answers[0] if answers else Answer(None, "nothing", 70)

    def problems(self, answer: Answer) -> Iterator[str]:
        """What is wrong with what is left."""
        if answer.status == 70:
            yield f"it failed: {answer}"
        try:
            found = tables(self._place.folder)
        except Refusal as refusal:
            yield f"the state cannot be read: {refusal}"
            return
        stages = [number for number, one in enumerate(self._course.states) if self._fits(one, found)]
        if not stages:
            yield "the state is neither the old nor the new one"
        elif answer.code == self._course.code and not answer.status and stages[-1] != len(self._course.states) - 1:
            yield "what was promised is lost"
        elif answer.status and answer.code != "ServiceLost" and stages[0] != 0:
            yield "it was refused, and is there"
        yield from self._afterwards()

    def _fits(self, one: Raw, found: Raw) -> bool:
        """Whether what a scene changes is as in a state; boxmgmtd has changed other things."""
        first, last = self._course.states[0], self._course.states[-1]
        for where in differing(_whole(first, last), _whole(last, first)):
            wanted, present = ({"": {"": _at(raw, where)}} for raw in (one, found))
            moments = times(wanted, present)
            hidden = {("", "", *where[len(where):], *each[len(where):]) for each in self._course.hidden
                      if each[:len(where)] == where}
            if where not in self._course.hidden and not same(wanted, present, moments | hidden):
                return False
        return True

    def _afterwards(self) -> Iterator[str]:
        service = Service(self._place.folder)
        try:
            client = service.client()
            first = client.do(f"add_group name={NEXT}")
            if first.code not in LETS_IN:
                yield f"the next boxmgmtd answers with {first.code}: {first.message}"
            checked = client.do("verify_audit_log")
            if checked.code not in LETS_IN:
                yield f"verify_audit_log: {checked.code}: {checked.message}"
        finally:
            service.kill()


def _tokens(place: Place, scene: Scene, course: Course) -> frozenset[Where]:
    """Where the tokens are that boxmgmtd makes, and numbers of records that it has written besides."""
    place.set_up(scene)
    place.maker = "boxmgmtd"
    try:
        place.run(scene)
    finally:
        place.maker = "trial"
    found = frozenset(differing(course.states[-1], by_itself(tables(place.folder))))
    place.spoil()
    return found | ELSE


def _whole(one: Raw, other: Raw) -> Raw:
    """A state with all the tables of another."""
    return {name: one.get(name, {}) for name in {**one, **other}}


def _at(raw: Raw, where: tuple[str, ...]) -> Any:
    """What stands there; None if nothing does."""
    found: Any = raw
    for step in where:
        with suppress(KeyError, IndexError):
            found = found[int(step)] if isinstance(found, list) else found[step]
            continue
        return {} if len(where) == 1 else None
    return found
