"""What is asked of a password, when it is chosen and as it grows old (R076-R091)."""

from itertools import zip_longest

from sysmgmt.domain.errors import PasswordTooSimilar, PasswordTooWeak, PasswordTooYoung
from sysmgmt.domain.levels import REMEMBERED, Rules
from sysmgmt.domain.model import Account
from sysmgmt.domain.times import DAY, HOUR

LONGEST = 1024
"""A password may be this many characters long; the whole of it counts."""
WARN_DAYS = 14
"""Expiry is announced this many days ahead."""
ENDINGS = "0123456789!.?$#-_"
"""What people append to a word that has to become a password."""


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
         _at_least(rules.min_lower_case, "lower case letter")),
        (sum(c.isupper() for c in text), rules.min_upper_case,
         _at_least(rules.min_upper_case, "upper case letter")),
        (sum(not c.isalpha() for c in text), rules.min_non_alphabetical,
         f"at least {rules.min_non_alphabetical} digits or special characters"),
        (sum(c.isdigit() for c in text), rules.min_digits, _at_least(rules.min_digits, "digit")),
        (sum(not c.isalnum() for c in text), rules.min_special, _at_least(rules.min_special, "special character")),
    ]


def _at_least(count: int, what: str) -> str:
    return f"at least {count} {what}{'' if count == 1 else 's'}"


def wanted(rules: Rules) -> str:
    """What `rules` ask of a password, in words."""
    return ", ".join(words for _, need, words in _counts("", rules) if need)


def needs(rules: Rules) -> str:
    """What `rules` ask of a password, in a sentence."""
    return f"The password needs {wanted(rules)}."


def is_common(text: str, *names: str) -> bool:
    """Whether a guesser would try `text` early: a common password, one of `names`, or either of them repeated.

    Case, and digits and signs at the end, make no difference.
    """
    from sysmgmt.domain.common_passwords import COMMON  # a long list, rarely needed

    whole = text.lower()
    plain = whole.rstrip(ENDINGS)
    known = {name.lower() for name in names if name}
    return any(one in COMMON or one in known for one in (whole, plain, _repeated(whole), _repeated(plain)))


def _repeated(text: str) -> str:
    """The shortest text of which `text` is a repetition."""
    length = (text + text).find(text, 1)
    return text[:length]


def check_difference(old: str, new: str, rules: Rules) -> None:
    """Raise PasswordTooSimilar unless `new` differs from `old` in as many positions as `rules` ask for."""
    changed = sum(before != after for before, after in zip_longest(old, new))
    if changed < rules.changed_positions:
        raise PasswordTooSimilar(count=rules.changed_positions)


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

    A forced change is exempt, and so is a password that somebody else set. So is one from before the clock was set
    back: nobody knows how old it is, and it may be wanted anew.
    """
    if account.own_change_at is None or change_due(account, rules, now):
        return
    if 0 <= now - account.own_change_at < rules.min_age_hours * HOUR:
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
