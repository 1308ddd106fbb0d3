"""Every few minutes boxmgmtd speaks with each partner, and tells of those that do not answer as they should."""

from collections import Counter
from collections.abc import Iterator

from sysmgmt.domain import partners
from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.delivery import TELLING
from sysmgmt.domain.errors import PartnerFailed
from sysmgmt.domain.model import State
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine import partnership
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.engine.request import SYSTEM
from sysmgmt.service.duties.duty import Duty

EVERY = 5 * MINUTE
KINDS = frozenset({"PartnerUnreachable"})


class PartnerWatch:
    """Counts how many times in a row a partner did not answer: one alone is none to tell of."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()

    def look(self, house: House) -> None:
        """Speak with every partner, unless the box itself must not. Raises any refusal."""
        state = house.box.store.read()
        found = [] if partners.shut(state, house.box.clock.now()) else list(_failing(house, state))
        self._failures = Counter({one.subject: self._failures[one.subject] + 1 for one in found})
        settle(house, KINDS, [one for one in found if self._failures[one.subject] >= TELLING])


def _failing(house: House, state: State) -> Iterator[Finding]:
    for one in state.partners.values():
        try:
            partnership.test(Call(state, SYSTEM, house.box.clock.now(), house.box, house.catalog), one)
        except PartnerFailed as failure:
            yield Finding("PartnerUnreachable", one.name, str(failure))


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about partners besides listening for them."""
    return (Duty("the partners", EVERY, PartnerWatch().look),)
