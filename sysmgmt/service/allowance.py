"""How often strangers may ask boxmgmtd, since the audit keeps what they ask."""

import time

WINDOW, CALLS = 60.0, 600
"""Calls that all strangers of one uid, root aside, may make in so many seconds; each request of a batch is one."""


class Spent(OSError):
    """A stranger asks too often."""


class Allowance:
    """Counts what strangers ask, by the uids that they run as; kept in memory only."""

    def __init__(self) -> None:
        self._asked: dict[int, tuple[float, int]] = {}

    def spend(self, uid: int, requests: int = 1) -> None:
        """Count what a stranger who runs as `uid` asks in a call. Raises Spent."""
        since, count = self._asked.get(uid, (0.0, 0))
        now = time.monotonic()
        since, count = (since, count + requests) if now - since < WINDOW else (now, requests)
        self._asked[uid] = since, count
        if count > CALLS:
            raise Spent()
