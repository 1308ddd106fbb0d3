"""How many logins from an address have failed lately: kept in memory, over all logins of this program."""

from _thread import allocate_lock
from collections.abc import Callable

from sysmgmt.domain.origins import WINDOW, Place

MOST = 10_000
"""Addresses that are kept; the one that has failed longest ago goes first."""


class _Count:
    """Of one address: how many logins failed since when, and how many are in progress."""

    def __init__(self) -> None:
        self.since = 0.0
        self.failed = self.pending = 0


class Failures:
    """`sysmgmt.engine.ports.Origins`. `passed` tells seconds that no setting of the clock moves."""

    def __init__(self, passed: Callable[[], float]) -> None:
        self._passed = passed
        self._lock = allocate_lock()
        self._of: dict[str, _Count] = {}

    def take(self, origin: str, most: int) -> Place:
        """See the port."""
        with self._lock:
            found = self._current(origin)
            if found.failed >= most:
                return Place.NONE
            if found.failed + found.pending >= most:
                return Place.BUSY
            found.pending += 1
            return Place.FREE

    def leave(self, origin: str, failed: bool) -> None:
        """See the port."""
        with self._lock:
            found = self._current(origin)
            found.pending = max(0, found.pending - 1)
            if failed:
                found.since = found.since if found.failed else self._passed()
                found.failed += 1
            if not found.failed and not found.pending:
                del self._of[origin]

    def _current(self, origin: str) -> _Count:
        if origin not in self._of and len(self._of) >= MOST:
            del self._of[min(self._of, key=lambda one: (self._of[one].pending, self._of[one].since))]
        found = self._of.setdefault(origin, _Count())
        if self._passed() - found.since >= WINDOW:
            found.failed = 0
        return found
