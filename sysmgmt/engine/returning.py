"""Changes return whose time for a confirmation is over: before anything else is done, whoever asks.

boxmgmtd looks for them by itself; a box without it finds them at the next request or login.
"""

from contextlib import suppress

from sysmgmt.domain import pending
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import Pending
from sysmgmt.engine.dispatch import House, carry_out
from sysmgmt.engine.request import SYSTEM, Request


def settle(house: House) -> None:
    """Let a change return whose time is over; where a service refuses that, it stays for the next look."""
    with suppress(Refusal):
        waits = house.box.store.read().settings.pending
        if waits is not None and pending.overdue(waits, house.box.clock.now()):
            take_back(house, waits)


def take_back(house: House, waits: Pending) -> None:
    """Let a change return now. Raises ServiceRefused, StorageFull, StorageFailed."""
    carry_out(house, SYSTEM, Request("return_unconfirmed", {"change": waits.id}), own_work=True)
