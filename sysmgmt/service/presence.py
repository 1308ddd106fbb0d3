"""When a session was last used. It outlives the connections of a login, so that a new one is no keystroke."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sysmgmt.engine.departure import GONE

GRACE = 10.0
"""Seconds that a client has to log its user out by itself before it is cut off."""


class Presence:
    """The last use of sessions, and why their clients said they leave; kept in memory only."""

    def __init__(self) -> None:
        self._used: dict[str, float] = {}
        self._reasons: dict[str, str] = {}

    def left(self, session: str, limit: float) -> float:
        """Seconds until a session has been idle for too long, if it may be for `limit` seconds.

        The first time somebody asks counts as a use.
        """
        return limit + GRACE - max(0.0, time.monotonic() - self._used.setdefault(session, time.monotonic()))

    @contextmanager
    def use(self, session: str) -> Iterator[None]:
        """A use: no time passes until it ends."""
        self._used[session] = float("inf")
        try:
            yield
        finally:
            if session in self._used:  # it has not ended meanwhile
                self._used[session] = time.monotonic()

    def leave(self, session: str, reason: str) -> None:
        """Remember why the client of a login leaves, which ends a moment later."""
        self._reasons[session] = reason

    def forget(self, session: str) -> str:
        """Forget a session that is over; the reason that its client gave, if it did."""
        self._used.pop(session, None)
        return self._reasons.pop(session, GONE)
