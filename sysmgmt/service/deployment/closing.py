"""Shutting root out when the time is over (R247), whatever the clock of the machine was set to meanwhile."""

import time
from collections.abc import Callable

from sysmgmt.domain import root_access
from sysmgmt.domain.model import RootAccess
from sysmgmt.domain.times import iso
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work


def _elapsed() -> float:
    """Seconds that no setting of the clock changes; those of a suspended machine count."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Closing:
    """Looks whether root access has to be shut.

    Besides the clock it counts the minutes itself from its first look at an opening, so that a
    clock that is set back does not lengthen them while boxmgmtd runs. After a restart of boxmgmtd
    the clock alone decides, and one that shows a time before the opening shuts at once.
    """

    def __init__(self, elapsed: Callable[[], float] = _elapsed) -> None:
        self._elapsed = elapsed
        self._access = RootAccess()
        self._deadline = 0.0

    def look(self, house: House) -> None:
        """Shut root out if it is time. Raises any refusal; the next look tries again."""
        access, now = house.box.store.read().settings.root_access, house.box.clock.now()
        if access != self._access:
            self._access, self._deadline = access, self._elapsed() + access.until - now
        if access.where and (root_access.is_over(access, now) or self._elapsed() >= self._deadline):
            work(house, "close_root_access", {"until": iso(access.until) or ""})
