"""The security levels and what they ask of a password (R076-R091)."""

from typing import NamedTuple

from sysmgmt.domain.common_passwords import COMMON
from sysmgmt.domain.errors import PasswordTooWeak, PasswordTooYoung
from sysmgmt.domain.model import Account, Cost, Settings

DAY = 86400
LONGEST = 1024
"""A password may be this many characters long; the whole of it counts."""


class Rules(NamedTuple):
    """What a level asks: lengths and counts in characters, times in days and hours.

    `forces_change`: everybody must choose a new password when the level is raised to it, and
    every new user at the first login.
    """

    min_length: int
    min_lower_case: int = 0
    min_upper_case: int = 0
    min_non_alphabetical: int = 0
    history: int = 0
    max_age_days: int | None = None
    min_age_hours: int = 0
    forces_change: bool = False
    hashing: Cost = Cost()


LEVELS = {
    "basic": Rules(min_length=5),
    "high": Rules(min_length=8, min_lower_case=2, min_upper_case=2, min_non_alphabetical=2, history=10,
                  max_age_days=90, min_age_hours=24, forces_change=True,
                  hashing=Cost(passes=3, memory=65536, lanes=4)),
}
REMEMBERED = max(rules.history for rules in LEVELS.values())
"""So many passwords of an account are kept at every level, the current one among them."""
WARN_DAYS = 14
"""Expiry is announced this many days ahead."""


def rules_of(settings: Settings) -> Rules:
    """The rules in force."""
    return LEVELS[settings.level]


def check_text(text: str, rules: Rules) -> None:
    """Raise PasswordTooWeak unless `text` has what `rules` ask for (R077, R079-R081, R085)."""
    missing = [words for have, need, words in _counts(text, rules) if have < need]
    if len(text) > LONGEST:
        missing.append(f"at most {LONGEST} characters")
    if missing:
        raise PasswordTooWeak(rules=", ".join(missing))


def _counts(text: str, rules: Rules) -> list[tuple[int, int, str]]:
    return [
        (len(text), rules.min_length, f"at least {rules.min_length} characters"),
        (sum(c.islower() for c in text), rules.min_lower_case,
         f"at least {rules.min_lower_case} lower case letters"),
        (sum(c.isupper() for c in text), rules.min_upper_case,
         f"at least {rules.min_upper_case} upper case letters"),
        (sum(not c.isalpha() for c in text), rules.min_non_alphabetical,
         f"at least {rules.min_non_alphabetical} digits or special characters"),
    ]


def wanted(rules: Rules) -> str:
    """What `rules` ask of a password, in words."""
    return ", ".join(words for _, need, words in _counts("", rules) if need)


def is_common(text: str, *names: str) -> bool:
    """Whether a guesser would try `text` early: a common password, or close to one of `names`."""
    plain = text.lower().rstrip("0123456789!.?$#-_")
    return text.lower() in COMMON or plain in COMMON or plain in {name.lower() for name in names if name}


def expires_at(account: Account, rules: Rules) -> float | None:
    """When the password of `account` expires (R082), or None: never."""
    if rules.max_age_days is None or account.password_changed_at is None:
        return None
    return account.password_changed_at + rules.max_age_days * DAY


def change_due(account: Account, rules: Rules, now: float) -> bool:
    """Whether a new password must be chosen before anything else (R082, R084)."""
    end = expires_at(account, rules)
    return account.must_change_password or (end is not None and now >= end)


def check_age(account: Account, rules: Rules, now: float) -> None:
    """Raise PasswordTooYoung if the user changed it less than the minimum age ago (R078).

    A forced change is exempt, and so is a password that somebody else set.
    """
    if account.own_change_at is None or change_due(account, rules, now):
        return
    if now - account.own_change_at < rules.min_age_hours * 3600:
        raise PasswordTooYoung(hours=rules.min_age_hours)


def store(account: Account, encoded: str, now: float) -> Account:
    """`account` with the password whose hash is `encoded`; the old one goes into the history.

    Recorded at every level and whoever sets it, so that a raised level knows the past (R083).
    """
    kept = (account.password, *account.password_history) if account.password else ()
    return account._replace(password=encoded, password_history=kept[:REMEMBERED - 1],
                            password_changed_at=now, must_change_password=False)


def remembered(account: Account, rules: Rules) -> tuple[str, ...]:
    """The hashes that a new password of `account` must not match, newest first (R083)."""
    known = (account.password, *account.password_history) if account.password else ()
    return known[:rules.history]


def days_left(account: Account, rules: Rules, now: float) -> int | None:
    """Whole days until expiry if it is at most 14 days ahead, else None."""
    end = expires_at(account, rules)
    if end is None or not 0 <= end - now <= WARN_DAYS * DAY:
        return None
    return int((end - now) // DAY)
