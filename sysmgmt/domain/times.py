"""Points in time as text, ISO 8601 in UTC with Z; and lengths of time."""

import time
from functools import lru_cache
from typing import NamedTuple

from sysmgmt.domain.bounds import Count

MINUTE, HOUR, DAY = 60, 3600, 86400
"""Seconds."""


class Running(NamedTuple):
    """For how many seconds which start of the machine has run: setting the clock does not move that."""

    boot: str = ""
    seconds: Count = 0


def passed(since: Running, now: Running) -> int:
    """Seconds that have passed at least: what was before another start of the machine is not known."""
    return now.seconds - (since.seconds if since.boot == now.boot else 0)


def iso(seconds: float | None, digits: int = 0) -> str | None:
    """`seconds` since 1970 as text with `digits` decimals; None stays None."""
    if seconds is None:
        return None
    seconds = round(seconds, digits) if digits else seconds
    whole = int(seconds // 1)
    fraction = f"{seconds - whole:.{digits}f}"[1:] if digits else ""
    return f"{_second(whole)}{fraction}Z"


@lru_cache(1024)
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))


def is_moment(seconds: float) -> bool:
    """Whether it can be shown as a point in time."""
    try:
        return len(str(iso(seconds))) == len("2026-01-01T00:00:00Z")
    except (ValueError, OverflowError, OSError):
        return False


def seconds(text: str) -> float:
    """Seconds since 1970 of a time as `iso` writes it, whole ones. Raises ValueError."""
    from calendar import timegm  # rarely needed

    return float(timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))


_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second"))


def words(seconds: float) -> str:
    """A length of time as people say it, in the largest unit that is exact: `90 days`, `45 seconds`."""
    whole = max(1, round(seconds))
    number, unit = next((whole // size, unit) for size, unit in _UNITS if whole % size == 0)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def roughly(seconds: float) -> str:
    """How long something has been there, in the largest unit that has passed: `36 minutes`, `2 days`."""
    size = next((size for size, _ in _UNITS if seconds >= size), 1)
    return words(seconds // size * size)
