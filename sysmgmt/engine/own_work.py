"""What the box does by itself: commands that nobody gives, each a transaction that is recorded as any other."""

from collections.abc import Iterable, Mapping

from sysmgmt.domain.conditions import Finding
from sysmgmt.engine.dispatch import House, carry_out
from sysmgmt.engine.request import SYSTEM, Answer, Caller, Request


def work(house: House, command: str, texts: Mapping[str, str] = {}, caller: Caller = SYSTEM) -> Answer:
    """Do a piece of the box's own work, in the name of `caller`. Raises any refusal."""
    return carry_out(house, caller, Request(command, texts), own_work=True).answer


def settle(house: House, kinds: frozenset[str], found: Iterable[Finding]) -> None:
    """Have exactly those conditions of `kinds` that were found. Raises any refusal."""
    wanted = {one.id: one for one in found}
    present = {one.id for one in house.box.store.read().conditions.values() if one.kind in kinds}
    for id in sorted(present - wanted.keys()):
        work(house, "end_condition", {"condition": id})
    for id in sorted(wanted.keys() - present):
        work(house, "begin_condition", wanted[id]._asdict())
