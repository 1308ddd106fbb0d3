"""How a user stands in a directory, as attributes of the entry tell: whether he is locked or disabled there.

Where a password is checked, the directory judges by itself. Whoever comes with a key checks none.
"""

import time
from collections.abc import Callable, Mapping

from sysmgmt.domain.directory import DISABLED, LOCKED
from sysmgmt.domain.times import DAY

LOCKED_ON_PURPOSE = "000001010000Z"
"""What stands in pwdAccountLockedTime where an administrator has locked somebody."""
ACCOUNT_DISABLED, LOCKED_OUT = 0x2, 0x10
"""Flags of Active Directory."""
WINDOWS_BEGAN, WINDOWS_SECOND = 11_644_473_600, 10_000_000
"""Seconds from the year 1601, in which the time of Active Directory began, to 1970, and its steps in a second."""

Checks = Mapping[str, Callable[[str, float], bool]]
DISABLING: Checks = {
    "pwdAccountLockedTime": lambda text, now: text == LOCKED_ON_PURPOSE,
    "pwdStartTime": lambda text, now: _time(text) > now,
    "pwdEndTime": lambda text, now: _time(text) <= now,
    "nsAccountLock": lambda text, now: text.lower() == "true",
    "shadowExpire": lambda text, now: 0 < int(text) * DAY <= now,
    "userAccountControl": lambda text, now: bool(int(text) & ACCOUNT_DISABLED),
    "accountExpires": lambda text, now: 0 < int(text) // WINDOWS_SECOND - WINDOWS_BEGAN <= now}
LOCKING: Checks = {
    "pwdAccountLockedTime": lambda text, now: True,
    "msDS-User-Account-Control-Computed": lambda text, now: bool(int(text) & LOCKED_OUT)}
READ = tuple(dict.fromkeys((*DISABLING, *LOCKING)))
"""The attributes that tell it, of OpenLDAP, 389 Directory Server, shadow accounts and Active Directory."""


def standing(told: Mapping[str, str], now: float) -> str:
    """DISABLED, LOCKED, or "" where nothing stands against a user; what cannot be read stands against him."""
    try:
        return DISABLED if _any(DISABLING, told, now) else LOCKED if _any(LOCKING, told, now) else ""
    except ValueError:
        return DISABLED


def _any(checks: Checks, told: Mapping[str, str], now: float) -> bool:
    return any(check(told[name], now) for name, check in checks.items() if name in told)


def _time(text: str) -> float:
    """A time as directories write it (RFC 4517, 3.3.13), in UTC. Raises ValueError."""
    from calendar import timegm  # expensive, and each shell loads this module

    digits = text.removesuffix("Z").partition(".")[0]
    return timegm(time.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S"))
