"""Attempts at a door, and what came of them."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.attacks import bait
from tests.attacks.bait import Escape
from tests.attacks.corpus import Attempt
from tests.attacks.doors import Door, State
from tests.attacks.roles import Attacker


class Outcome(NamedTuple):
    """What became of so many attempts at one door as one role."""

    door: str
    role: str
    tried: int
    escapes: list[Escape]


def attack(door: Door, attacker: Attacker, attempts: Sequence[Attempt]) -> Outcome:
    """Try all of them, and look from outside at what has happened."""
    bait.lay(door.place, door.folder)
    before = door.state()
    seen = door.attack(attacker, attempts)
    escapes = [*bait.taken(door.place), *bait.shown(seen.output), *bait.started(seen.programs, door.allowed),
               *bait.unrecorded(seen.unrecorded), *raised(attacker, before, door.state())]
    return Outcome(door.name, attacker.role, len(attempts), escapes)


def raised(attacker: Attacker, before: State, after: State) -> list[Escape]:
    """Parts of the state that have changed though the attacker may not change them; above all his own role."""
    changed = [part for part in before if before[part] != after[part] and part not in attacker.may_change]
    own = [one["role"] for one in after["users"]["users"] if one["name"] == attacker.name]
    return [Escape("state", part) for part in changed] + [Escape("role", str(one)) for one in own
                                                          if one != attacker.role]


def figures(outcomes: Sequence[Outcome]) -> list[str]:
    """The figures as the lines of a table, escapes below it."""
    rows = [f"{one.door:14}{one.role:16}{one.tried:>8}{len(one.escapes):>9}" for one in outcomes]
    found = [f"{one.door} as {one.role}: {escape.kind} {escape.detail}" for one in outcomes for escape in one.escapes]
    total = f"{'all':30}{sum(one.tried for one in outcomes):>8}{sum(len(one.escapes) for one in outcomes):>9}"
    return [f"{'door':14}{'role':16}{'tried':>8}{'escapes':>9}", *rows, total, *found]
