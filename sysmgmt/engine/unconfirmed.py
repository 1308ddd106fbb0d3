"""Changes are undone whose time for a confirmation is over: before anything else is done, whoever asks.

boxmgmtd looks for them by itself; a box without it finds them at the next request or login.
"""

from contextlib import suppress

from sysmgmt.domain import pending
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import Pending, State
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work


def settle(house: House, state: State) -> None:
    """Undo a change whose time is over in `state`; where a service refuses that, it stays for the next look."""
    waits = state.settings.pending
    if waits is not None and pending.overdue(waits, house.box.clock.now()):
        with suppress(Refusal):
            take_back(house, waits)


def take_back(house: House, waits: Pending) -> None:
    """Undo a change now. Raises ServiceRefused, StorageFull, StorageFailed."""
    work(house, "return_unconfirmed", {"change": waits.id})
