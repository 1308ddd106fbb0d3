"""What the connections of one service share: how much is done at a time, of all and for each user."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sysmgmt.service.allowance import Allowance
from sysmgmt.service.crowd import Places
from sysmgmt.service.turns import CHECKS, PATIENCE, Turns, UidLimit

MOST_UNKNOWN = 512, 16
"""Connections of those who are no users of the box, or have not logged in yet: of all, of one uid."""
MOST_LARGE, MOST_LARGE_OF_ONE = 3, 2
"""Large messages that are read or answered: of all uids but root's, of one; the next one is not read on.

Each may take some 350 MB, and what all take is bounded (see `deployment.unit`).
"""
MOST_BATCHES, MOST_BATCHES_OF_ONE = 8, 2
"""Batches that are carried out or answered at a time: of all, of one user. Each may show much."""
MOST_REQUESTS, MOST_CALLS = 10, 8
"""Requests of one user at a time: as many as he has sessions by default. Other calls, which are over at once."""


class Bounds:
    """Everything that is counted over all connections."""

    def __init__(self) -> None:
        self.unknown = Places(*MOST_UNKNOWN)
        self.allowance = Allowance()
        self._large, self._all_large = UidLimit(MOST_LARGE_OF_ONE), Turns(MOST_LARGE, PATIENCE)
        self.reading = Turns(1, PATIENCE)
        self.batches = Turns(MOST_BATCHES, PATIENCE)
        self._calls = UidLimit(MOST_CALLS)
        requests = UidLimit(MOST_REQUESTS)
        self._of = {"LogIn": UidLimit(CHECKS), "RunTogether": UidLimit(MOST_BATCHES_OF_ONE),
                    "Run": requests, "Line": requests}

    @contextmanager
    def large(self, uid: int) -> Iterator[None]:
        """Where a large message of that uid waits until it is read on. Raises BoxBusy."""
        with self._large.enter(uid), self._all_large.turn() if uid else nullcontext():
            yield

    def door(self, method: str, uid: int, user: str) -> AbstractContextManager[None]:
        """Where a call waits that somebody makes who runs as `uid`, and is `user` or nobody.

        No attempt with a password is counted before its turn comes near, whoever is logged in: its uid counts.
        """
        return self._of.get(method, self._calls).enter(uid if method == "LogIn" else user or uid)
