"""How a scene goes when nothing goes wrong."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sysmgmt.store import lines, snapshot
from sysmgmt.store.state import StateStore
from sysmgmt.store.tables import Tables
from tests.faults.by_preload import Record
from tests.faults.scenes import Scene, house, runner
from tests.faults.trial import NEXT, Place

Raw = dict[str, dict[str, Any]]
Where = tuple[str, ...]
FAILED = "SelfTestFails"
SWEPT = re.compile(r"/backups/scratch-|/collected/[^/]*\.json$")
"""What a process that was killed may leave for longer: the next backup, or collection, an hour later removes it."""


class Course(NamedTuple):
    """The states that a scene passes through, its answer, and those to the same line after it; its calls and files.

    `effects` are files that are as good as a state: backups, collected info, archives of the audit.
    `hidden` is where two runs differ: keys, hashes, tokens.
    """

    states: list[Raw]
    hidden: frozenset[Where]
    answers: list[tuple[str, int]]
    again: frozenset[str]
    trace: list[Record]
    names: frozenset[str]
    effects: frozenset[str]

    @property
    def code(self) -> str:
        """The answer to the line."""
        return self.answers[0][0]

    @property
    def calls(self) -> list[Record]:
        """The calls until that answer."""
        return self.trace[:next(number for number, one in enumerate(self.trace) if one.call == "answered")]

    def stage(self, found: Raw) -> int | None:
        """Which of the states this is, the last one that fits; None if it is none of them."""
        fits = [number for number, one in enumerate(self.states) if same(one, found, self.hidden)]
        return fits[-1] if fits else None


def tables(folder: Path) -> Raw:
    """What is stored, as others read it; all of it can be decoded. Raises StateDamaged."""
    StateStore(str(folder / "state")).check()
    return Tables(str(folder / "state")).storage.read() or {}


def differing(one: Any, other: Any, where: Where = ()) -> Iterator[Where]:
    """Where two values differ."""
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differing(one[key], other[key], (*where, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differing(*pair, (*where, str(number)))
    else:
        yield where


def same(one: Raw, other: Raw, hidden: frozenset[Where]) -> bool:
    """Whether two states are the same but for what differs from run to run."""
    return all(any(where[:end] in hidden for end in range(1, len(where) + 1)) for where in differing(one, other))


def times(one: Raw, other: Raw) -> frozenset[Where]:
    """Where two states differ by a moment."""
    def at(raw: Any, where: Where) -> Any:
        for step in where:
            raw = raw[int(step)] if isinstance(raw, list) else raw[step]
        return raw
    return frozenset(where for where in differing(one, other)
                     if isinstance(at(one, where), float) and isinstance(at(other, where), float))


def names(folder: Path) -> frozenset[str]:
    """The files of a box; numbers do not count."""
    return frozenset(re.sub(r"\d+", "#", str(one.relative_to(folder))) for one in folder.rglob("*")
                     if one.is_file() and not SWEPT.search(str(one)))


def effects(found: frozenset[str]) -> frozenset[str]:
    """Those of the files for whose sake a command is given."""
    return frozenset(one for one in found if re.search(r"\.backup$|\.tar\.gz$|audit-#-#", one))


def observed(place: Place, scene: Scene) -> Course:
    """Run a scene twice without a fault."""
    first, _ = _run(place, scene, False)
    states, answers = _run(place, scene, True)
    trace = place.boundary.trace
    kept = names(place.folder)
    again = [runner(house(place.folder, scene.now), scene.caller)(scene.text).code for _ in range(2)]
    hidden = frozenset(where for pair in zip(first, states, strict=True) for where in differing(*pair))
    return Course(states, hidden, answers, frozenset(again), trace, kept | names(place.folder), effects(kept))


def _run(place: Place, scene: Scene, apart: bool) -> tuple[list[Raw], list[tuple[str, int]]]:
    place.set_up(scene)
    before, generation = tables(place.folder), StateStore(str(place.folder / "state")).read().generation
    said = place.run(scene, traced=True, apart=apart)
    assert said.ended == 0 and len(said.answers) == 3, (scene, said)
    return [before, *_later(place.folder, before, generation)], said.answers


def _later(folder: Path, before: Raw, generation: int) -> Iterator[Raw]:
    """The states after `before`, as the journal tells of them, and the state file where that change was folded in."""
    path = folder / "state" / "state.journal"
    if not path.exists():
        return
    first, _, rest = path.read_bytes().partition(b"\n")
    base = lines.read_header(first, path.name).base
    stored = snapshot.read((folder / "state" / snapshot.NAME).read_bytes())
    if stored.generation > generation:
        before, generation = stored.tables, stored.generation
        yield before
    for entry in lines.read_entries(rest, base, path.name, 2)[0]:
        if entry.generation > generation and not any(_is_next(one[2]) for one in entry.changes):
            before = copy.deepcopy(before)
            list(snapshot.apply(before, entry.changes))
            yield before


def _is_next(document: Any) -> bool:
    return bool(document) and document.get("name") == NEXT


def by_itself(found: Raw) -> Raw:
    """The tables without the group that was added afterwards, and without what a self-test that met a fault says."""
    kept = {name: {number: one for number, one in table.items() if not (_is_next(one) or one.get("kind") == FAILED)}
            for name, table in found.items() if name in ("groups", "conditions")}
    return {name: kept.get(name, table) for name, table in found.items() if kept.get(name, table)}
