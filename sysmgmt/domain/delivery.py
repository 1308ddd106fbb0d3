"""Bringing records of a journal to a receiver: how far it has got, what waits, when to try again."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from sysmgmt.domain.times import iso

MOST = 10_000
"""Records that are looked at in one go, the oldest that wait."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds until a receiver that failed is tried again; each time twice as many."""
TELLING = 2
"""Failures in a row after which an event tells of them."""


class Delivered(NamedTuple):
    """The number of the last record that a receiver has got, and when (seconds); why the next one failed."""

    number: int
    at: float = 0.0
    error: str = ""


def waiting(newest: Iterable[Mapping[str, Any]], after: int) -> list[Mapping[str, Any]]:
    """The records after a number, the oldest first. `newest` are all, the last one first."""
    later = takewhile(lambda one: bool(one["seq"] > after), newest)
    return list(deque(later, MOST))[::-1]


def reached(kept: Mapping[str, Delivered], name: str, after: int) -> Delivered:
    """How far a receiver has got that is sent what comes after a number."""
    found = kept.get(name, Delivered(after))
    return found._replace(number=max(found.number, after))


class Sieve:
    """What somebody wants of the records that wait; what nobody wants is looked at once."""

    def __init__(self) -> None:
        self._passed = 0

    def wanted(self, newest: Iterable[Mapping[str, Any]], after: int,
               wants: Callable[[Mapping[str, Any]], bool]) -> list[Mapping[str, Any]]:
        """Those after a number that somebody wants, the oldest first, as far as it looks in one go."""
        records = waiting(newest, max(after, self._passed))
        found = [one for one in records if wants(one)]
        if records and not found:
            self._passed = int(records[-1]["seq"])
        return found


def last(newest: Iterable[Mapping[str, Any]]) -> int:
    """The number of the last record; 0 where there is none."""
    return next((int(one["seq"]) for one in newest), 0)


def facts(one: Delivered, waiting: int) -> dict[str, Any]:
    """What the `get_` commands tell of a receiver."""
    return {"waiting": waiting, "last_sent_at": iso(one.at or None), "last_error": one.error or None}


def unfollowed(step: str) -> None:
    """For a delivery whose steps nobody follows."""


class Patience:
    """When a receiver that failed is tried again; `elapsed` counts seconds and never jumps."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self.failures = 0
        self._next = 0.0

    def is_over(self) -> bool:
        """Whether it may be tried now."""
        return not self.failures or self._elapsed() >= self._next

    def failed(self) -> None:
        """Wait longer than the last time."""
        pause = min(FIRST_PAUSE * 2 ** min(self.failures, 10), LONGEST_PAUSE)
        self.failures, self._next = self.failures + 1, self._elapsed() + pause

    def reset(self) -> None:
        """Try at once: it works, or it was set up anew."""
        self.failures = 0
