"""When the box takes a backup by itself: every day, Monday or first of a month, at a time in UTC (C31)."""

from time import gmtime
from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Moment, within
from sysmgmt.domain.secrecy import SECRET
from sysmgmt.domain.times import DAY, MINUTE

DAILY, WEEKLY, MONTHLY = INTERVALS = ("daily", "weekly", "monthly")
NEVER = "never"


class BackupSchedule(NamedTuple):
    """Backups that are taken by themselves: of `items`, `minute` minutes after midnight, since `since`.

    The newest `keep` of them are kept, and each is brought to the upload target `target` if that is not "". Their
    password is sealed: see `sealed`.
    """

    name: str
    interval: str
    minute: Annotated[int, within(0, 1439)]
    items: tuple[str, ...]
    keep: Annotated[int, within(1, 100)]
    password: Annotated[str, SECRET]
    since: Moment
    target: str = ""


def last(one: BackupSchedule, now: float) -> float:
    """The latest moment for it that is not after `now`, in seconds since 1970."""
    return max(moment for moment in _around(one, now) if moment <= now)


def following(one: BackupSchedule, now: float) -> float:
    """The first moment for it after `now`."""
    return min(moment for moment in _around(one, now) if moment > now)


def _around(one: BackupSchedule, now: float) -> list[float]:
    """Moments before and after `now`, the next ones on both sides among them."""
    from calendar import timegm  # expensive, and each shell loads this module

    year, month, day, *_, weekday, _, _ = gmtime(now)
    if one.interval == MONTHLY:
        months = [12 * year + month - 1 + offset for offset in (-1, 0, 1)]
        days = [timegm((one // 12, one % 12 + 1, 1, 0, 0, 0)) for one in months]
    else:
        step = 7 if one.interval == WEEKLY else 1
        first = timegm((year, month, day, 0, 0, 0)) - (weekday * DAY if one.interval == WEEKLY else 0)
        days = [first + offset * step * DAY for offset in (-1, 0, 1)]
    return [float(midnight + one.minute * MINUTE) for midnight in days]
