"""Turns: what costs much is done for a few at a time, in the order in which they came.

Of one uid but root's no more than a few stand in the queue. The others of that uid wait at its
door, and meanwhile nothing more of theirs is read: so nobody can make others wait for long.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from sysmgmt.domain.errors import BoxBusy
from sysmgmt.domain.model import Cost
from sysmgmt.engine.ports import Hasher

CHECKS = 2
"""Passwords that are hashed at a time: as many as the hasher has slots."""
PATIENCE = 60.0
"""Seconds until somebody in the queue is told that the box is busy."""
ASKING: ContextVar[int] = ContextVar("asking", default=0)
"""The uid for which this thread works; its own work is root's."""


class Turns:
    """So many at a time; the others wait, up to `patience` seconds or for ever."""

    def __init__(self, slots: int, patience: float | None = None) -> None:
        self._lock = threading.Lock()
        self._free = slots
        self._patience = patience
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it. Raises BoxBusy."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(self._patience):
            return
        with self._lock:
            if not mine.is_set():  # in the meantime
                self._waiting.remove(mine)
                raise BoxBusy()

    def _end(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class UidLimit:
    """Lets so many of one uid, or of one user of the box, in at a time; root comes and goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[int | str, Turns] = {}

    def enter(self, who: int | str) -> AbstractContextManager[None]:
        """Wait at the door of that uid or user, then be inside."""
        return self._of.setdefault(who, Turns(self._most)).turn() if who else nullcontext()


class SharedHasher:
    """A Hasher that threads can share: whoever came first is first, and no uid fills the queue."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._limit = UidLimit(CHECKS)
        self._turns = Turns(CHECKS, PATIENCE)

    def encode(self, text: str, cost: Cost) -> str:
        """See Hasher."""
        with self._turn():
            return self._hasher.encode(text, cost)

    def matches(self, encoded: str, text: str) -> bool:
        """See Hasher."""
        with self._turn():
            return self._hasher.matches(encoded, text)

    def outdated(self, encoded: str, cost: Cost) -> bool:
        """See Hasher. It hashes nothing."""
        return self._hasher.outdated(encoded, cost)

    def waste(self, text: str, cost: Cost) -> None:
        """See Hasher."""
        with self._turn():
            self._hasher.waste(text, cost)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._limit.enter(ASKING.get()), self._turns.turn():
            yield
