"""What must be true after a fault, whatever it was.

The state is the old one or the new one, or one in between that a command of several steps goes through;
what was promised is there, and what was refused is not; the audit tells of every change and is intact; the
same line works now, or is answered as a second time is; the machine follows; nothing is left over.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.dispatch import House
from sysmgmt.store.state import StateStore
from tests.faults.course import Course, by_itself, effects, names, tables
from tests.faults.scenes import FOLLOWED, Scene, house, runner
from tests.faults.trial import NEXT, Said

SESSION_IS_OVER = ("LoginNeeded", "SessionEnded", "NotInstalled")
"""Answers to whoever has erased the box, or been shut out."""


def problems(folder: Path, scene: Scene, course: Course, said: Said) -> Iterator[str]:
    """What is not as it must be."""
    if any(code[:1].islower() or status in (70, 99) for code, status in said.answers) or said.ended not in (0, 9):
        yield f"it failed: {said} {_frames(folder)}"
    try:
        found = tables(folder)
    except Refusal as refusal:
        yield f"the state cannot be read: {refusal}"
        return
    stage = course.stage(by_itself(found))
    if stage is None:
        yield "the state is neither the old nor the new one"
        return
    yield from _promises(course, said, stage, NEXT in str(found.get("groups")))
    yield from _effects(folder, scene, course, said)
    yield from unexplained(folder, scene, sum(status == 6 for _, status in said.answers))
    yield from _afterwards(folder, scene, course, stage, said.unsure)


def _frames(folder: Path) -> list[str]:
    """Where it failed, as the audit tells."""
    lines = (folder / "state" / "audit.journal").read_bytes().split(b"\n")
    return [frame for line in lines if b'"phase":"error"' in line for frame in json.loads(line)["frames"][-4:]]


def _promises(course: Course, said: Said, stage: int, next_is_there: bool) -> Iterator[str]:
    last = len(course.states) - 1
    code, status = said.first
    if status == 0 and code == course.code and stage != last:
        yield "what was promised is lost"
    if status > 0 and not said.unsure and last and stage == last:
        yield f"it was refused ({code}), and is there"
    if len(said.answers) == 3 and (said.answers[2][1] == 0) != next_is_there:
        yield f"what was promised afterwards is lost, or what was refused is there: {said}"


def _effects(folder: Path, scene: Scene, course: Course, said: Said) -> Iterator[str]:
    """Files are as the answer says."""
    here, before = effects(names(folder)), effects(names(scene.folder))
    if said.first == (course.code, 0) and here != course.effects:
        yield f"it was promised, and there are the files {sorted(here)}"
    if said.first[1] > 0 and not said.unsure and here != before:
        yield f"it was refused, and there are the files {sorted(here)}"


def unexplained(folder: Path, scene: Scene, failed: int = 0) -> Iterator[str]:
    """Whether every transaction has an intent that is older; what `failed` may have been taken back."""
    made = _generation(folder) - _generation(scene.folder)
    told = _intents(folder) - _intents(scene.folder)
    if made > told + bool(failed):
        yield f"{made} changes, and records of {told}"


def _generation(folder: Path) -> int:
    return StateStore(str(folder / "state")).read().generation


def _intents(folder: Path) -> int:
    """How many changes the audit announces; a record that was torn announces nothing."""
    found = 0
    for path in (folder / "state").glob("audit*.journal"):
        with suppress(FileNotFoundError):
            found += sum(line.endswith(b"}") and b'"phase":"intent"' in line for line in path.read_bytes().split(b"\n"))
    return found


def _afterwards(folder: Path, scene: Scene, course: Course, stage: int, unsure: bool) -> Iterator[str]:
    engine = house(folder, scene.now, "verdict", scene.boot)
    wanted = {*course.again, *SESSION_IS_OVER} if stage == len(course.states) - 1 else {course.code}
    again = runner(engine, scene.caller)(scene.text)
    if again.code not in wanted | ({course.code} if len(course.states) == 1 else set()) and not unsure:
        yield f"now it is answered with {again.code}: {again.message}"
    yield from unsound(folder, scene, engine)
    if (left := names(folder) - course.names) and not unsure and again.code not in SESSION_IS_OVER:
        yield f"left over: {sorted(left)}"


def unsound(folder: Path, scene: Scene, engine: House) -> Iterator[str]:
    """Whether the audit is intact, and the machine follows."""
    checked = runner(engine, scene.caller)("verify_audit_log")
    if checked.code not in ("Done", *SESSION_IS_OVER):
        yield f"verify_audit_log: {checked.code} {checked.message}"
    state = engine.box.store.read()
    with suppress(Refusal):
        engine.box.services.heal(state)
    follows = folder / f"machine{FOLLOWED}"
    if follows.exists() and follows.read_text() != repr(state.settings.reach):
        yield "the machine does not follow the state"
