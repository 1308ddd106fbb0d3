"""One process that runs the line of a scene, and what it said before something ended it."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
from tests.faults.by_preload import KILL, TORN, Boundary, Fault
from tests.faults.scenes import Scene, house, runner

LONGEST = 60
"""Seconds after which a process hangs."""
NEXT = "next"
READ, WRITE = "get_groups", f"add_group name={NEXT}"
"""What the same process is asked afterwards."""


UNSURE = ("whether the change was made is not known", "The change is stored")
"""What is said where a disk that fails for good leaves open what is stored."""


class Said(NamedTuple):
    """The codes and statuses that a process answered with, in order; and the signal or status it ended with."""

    answers: list[tuple[str, int]]
    ended: int
    unsure: bool = False
    """Whether it was said that nobody knows whether the change is stored, or that it is all the same."""

    @property
    def first(self) -> tuple[str, int]:
        """The answer to the line; ("", -1) if there was none."""
        return self.answers[0] if self.answers else ("", -1)


def content(folder: Path) -> dict[str, bytes | None]:
    """All files and folders below `folder`, those that are empty too."""
    found: dict[str, bytes | None] = {}
    for path, _, names in os.walk(folder):
        here = os.path.relpath(path, folder)
        found[here] = None
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                found[os.path.join(here, name)] = file.read()
    return found


class Deaf(AuditJournal):
    """An audit that forgets everything."""

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """Do nothing."""


class Place:
    """A folder in which one trial follows another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boundary = Boundary(folder)
        self.promises_early = self.records_nothing = self.locks_nothing = self.forgets = False
        """Ways in which the store may be broken: positive controls."""
        self.maker = "trial"
        """Who makes the tokens: those of the same maker are the same in every run."""
        self._begun: Path | None = None
        self._files: dict[str, bytes | None] = {}
        self._changed: frozenset[tuple[str, bytes | None]] | None = None

    def set_up(self, scene: Scene) -> None:
        """Begin as the scene begins."""
        if scene.folder != self._begun:
            self._begun, self._files, self._changed = scene.folder, content(scene.folder), None
        if self._changed is None or any(data is None for _, data in self._changed):
            shutil.rmtree(self.folder, ignore_errors=True)
            for name, data in self._files.items():
                self._put(name, data)
        else:
            for name, _ in self._changed:
                os.unlink(self.folder / name)
                if name in self._files:
                    self._put(name, self._files[name])
        self._changed = None

    def _put(self, name: str, data: bytes | None) -> None:
        if data is None:
            os.mkdir(self.folder / name, 0o700)
        else:
            with open(os.open(self.folder / name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(data)

    def left(self) -> frozenset[tuple[str, bytes | None]]:
        """How what is stored now differs from the beginning; whoever changes it says so with `spoil`."""
        now = content(self.folder)
        gone = {(name, None) for name in self._files if name not in now}
        changed = {(name, data) for name, data in now.items() if self._files.get(name, b"?") != data}
        self._changed = frozenset(gone | changed)
        return self._changed

    def spoil(self) -> None:
        """Forget how it differs."""
        self._changed = None

    def run(self, scene: Scene, fault: Fault | None = None, traced: bool = False, apart: bool = False) -> Said:
        """Run the line, and meanwhile `fault` happens; in a process of its own if that is killed, or with `apart`."""
        self.boundary.plan(fault, traced)
        if not apart and not (fault and fault.kind in (KILL, TORN)):
            said: list[Any] = []
            with _limited(), self.boundary.armed():
                self._ask(scene, lambda *one: said.append(one), traced)
            return _heard(said, 0)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            self._be_child(scene, writing, traced)
        os.close(writing)
        with open(reading, encoding="utf-8") as lines:
            heard = [json.loads(line) for line in lines if line.endswith("\n")]
        return _heard(heard, os.waitpid(child, 0)[1])

    def _be_child(self, scene: Scene, writing: int, traced: bool) -> None:
        signal.alarm(LONGEST)
        try:
            with self.boundary.armed():
                self._ask(scene, lambda *one: os.write(writing, json.dumps(one).encode() + b"\n"), traced)
        finally:
            os._exit(0)

    def _ask(self, scene: Scene, say: Callable[[str, int, bool], object], traced: bool) -> None:
        try:
            engine = house(self.folder, scene.now, self.maker)
            if self.promises_early and not traced:
                say("Done", 0, False)
            if self.records_nothing:
                deaf = Deaf(str(self.folder / "state"), engine.box.clock.now, SigningKeys())
                engine = engine._replace(box=engine.box._replace(audit=deaf))
            ask = runner(engine, scene.caller)
            for text in (scene.text, READ, WRITE):
                answer = ask(text)
                say(answer.code, answer.status, any(words in str(answer.message) for words in UNSURE))
                self.boundary.answered()
        except Exception as error:  # nobody may see one
            say(f"{type(error).__name__}: {error}", 99, False)


def _heard(said: list[Any], ended: int) -> Said:
    return Said([(code, status) for code, status, _ in said], ended, bool(said) and said[0][2])


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError where something hangs."""
    def over(number: int, frame: object) -> None:
        raise TimeoutError("it hangs")
    signal.signal(signal.SIGALRM, over)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
