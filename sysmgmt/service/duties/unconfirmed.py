"""What boxmgmtd does about a change that waits for its confirmation.

By a clock that nobody sets, besides the time of day: whichever is over first. And at its start,
since whoever cannot come in any more switches the box off and on.
"""

import sys
import time
from collections.abc import Callable

from sysmgmt.domain import pending
from sysmgmt.domain.errors import Refusal
from sysmgmt.engine import unconfirmed
from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
"""Seconds between two looks."""


class ConfirmationWatch:
    """Lets the waiting change return when its time is over, and the one `left_over` at once.

    `elapsed` counts seconds and never jumps.
    """

    def __init__(self, elapsed: Callable[[], float] = time.monotonic, left_over: str = "") -> None:
        self._elapsed = elapsed
        self._left_over = left_over
        self._first_seen = ("", 0.0)

    def __call__(self, house: House) -> None:
        """Look once. Raises ServiceRefused, StorageFull, StorageFailed."""
        waits = house.box.store.read().settings.pending
        if waits is None:
            return
        if waits.id != self._first_seen[0]:
            self._first_seen = (waits.id, self._elapsed())
        waited = self._elapsed() - self._first_seen[1]
        over = waited >= waits.returns_at - waits.made_at or pending.overdue(waits, house.box.clock.now())
        if over or waits.id == self._left_over:
            unconfirmed.take_back(house, waits)


def begin(house: House) -> str:
    """Let a change return that nobody had confirmed when boxmgmtd ended, however it ended; the id of that change.

    Where a service refuses it now, the duty tries again.
    """
    waits = house.box.store.read().settings.pending
    try:
        if waits is not None:
            unconfirmed.take_back(house, waits)
    except Refusal as refusal:
        print(f"Error: {refusal}", file=sys.stderr, flush=True)
    return waits.id if waits else ""


def duty(left_over: str) -> Duty:
    """What boxmgmtd does about a change that waits; the one `left_over` when it began returns at once."""
    return Duty("a change that is not confirmed", POLL, ConfirmationWatch(left_over=left_over))
