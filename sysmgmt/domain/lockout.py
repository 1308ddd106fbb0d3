"""Wrong passwords in a row, three unless the policy says otherwise, lock an account (R088).

An attempt takes one of the account's free slots before its password is looked at. A right one
gives all strikes back, a wrong one turns its slot into a strike. While no slot is free but some
attempt is still in progress, a further one waits; so no more guesses than that are ever
evaluated, however many arrive at once, and no right login is refused because others are in
progress. The slot of a process that died stays taken as a strike.

Such a lock ends with unlock_user; at some levels also by itself after some minutes, but then only
until there were too many wrong passwords in all. Where the level asks for it, an account that nobody
used for long is locked, too, and a temporary one at its end in any case.

The user admin has a counter of its own on the local console, which remote guesses neither raise
nor pass: after three wrong ones there, one attempt in 15 minutes is evaluated.
"""

from collections.abc import Collection
from enum import Enum

from sysmgmt.domain.levels import Rules
from sysmgmt.domain.model import ADMIN, Account
from sysmgmt.domain.times import DAY, MINUTE

CONSOLE_THRESHOLD = 3
CONSOLE_PAUSE = 900
"""Seconds between two evaluated attempts on a console whose three are used up."""
BY_ATTEMPTS, BY_COMMAND, BY_DISUSE, BY_END = "attempts", "command", "disuse", "end"
"""Why an account is locked: wrong passwords, an administrator, nobody used it, its time was over."""
KINDS = frozenset({BY_ATTEMPTS, BY_COMMAND, BY_DISUSE, BY_END})
FINAL = frozenset({BY_COMMAND, BY_DISUSE, BY_END})
"""Locks that shut an account at every door, for keys as well."""


class Turn(Enum):
    """What an attempt may do now."""

    TRY, WAIT, LOCKED = "try", "wait", "locked"


def own_counter(account: Account, console: bool) -> bool:
    """Whether this attempt counts in the console's counter of the last-resort account."""
    return console and account.name == ADMIN


def settled(account: Account, now: float, rules: Rules) -> Account:
    """`account` after the locks that come and go with time."""
    if account.ends_at is not None and now >= account.ends_at and account.locked_by not in FINAL:
        return account._replace(locked_by=BY_END, locked_since=now)
    if account.locked_by == BY_ATTEMPTS and _is_over(account, now, rules):
        account = account._replace(locked_by="", locked_since=None, strikes=0)
    if not account.locked_by and rules.unused_days and is_unused(account, now, rules.unused_days):
        return account._replace(locked_by=BY_DISUSE, locked_since=now)
    return account


def _is_over(account: Account, now: float, rules: Rules) -> bool:
    if rules.unlock_minutes is None or account.locked_since is None or _left(account, rules) <= 0:
        return False
    return now - account.locked_since >= rules.unlock_minutes * MINUTE


def is_unused(account: Account, now: float, days: int) -> bool:
    """Whether nobody logged in for so many days, nor got a new password, nor was unlocked; admin's never is."""
    uses = [one for one in (account.last_login_at, account.password_changed_at, account.enabled_at) if one is not None]
    return account.name != ADMIN and bool(uses) and now - max(uses) > days * DAY


def _left(account: Account, rules: Rules) -> int:
    """How many more wrong passwords in a row there may be in all."""
    return rules.lockout_threshold if rules.most_failures is None else rules.most_failures - account.wrong_in_a_row


def turn(account: Account, now: float, console: bool, rules: Rules) -> Turn:
    """What an attempt at `account`, which is settled, may do now."""
    if account.locked_by in FINAL:
        return Turn.LOCKED
    if own_counter(account, console):
        return _console_turn(account, now)
    free = min(rules.lockout_threshold - account.strikes, _left(account, rules))
    if account.locked_by or free <= 0:
        return Turn.LOCKED
    return Turn.TRY if len(account.pending) < free else Turn.WAIT


def _console_turn(account: Account, now: float) -> Turn:
    if account.console_strikes < CONSOLE_THRESHOLD:
        free = account.console_strikes + len(account.console_pending) < CONSOLE_THRESHOLD
        return Turn.TRY if free else Turn.WAIT
    tried = account.console_tried_at
    waited = tried is None or not 0 <= now - tried < CONSOLE_PAUSE
    return Turn.TRY if waited and not account.console_pending else Turn.LOCKED


def take(account: Account, token: str, now: float, console: bool) -> Account:
    """`account` with a slot taken by the attempt `token`."""
    if own_counter(account, console):
        return account._replace(console_pending=(*account.console_pending, token), console_tried_at=now)
    return account._replace(pending=(*account.pending, token))


def wrong(account: Account, token: str, now: float, rules: Rules) -> Account:
    """`account` after the password of the attempt `token` was wrong: its slot is a strike."""
    return _lock_if_due(_strike(account._replace(failed_logins=account.failed_logins + 1), token), now, rules)


def right(account: Account, token: str, console: bool) -> Account:
    """`account` after the password of the attempt `token` was right: every strike is given back.

    On the console that clears the lock by remote guesses, too.
    """
    account = _without(account, token)._replace(strikes=0, wrong_in_a_row=0)
    if not own_counter(account, console):
        return account
    account = account._replace(console_strikes=0, console_tried_at=None)
    return account._replace(locked_by="", locked_since=None) if account.locked_by == BY_ATTEMPTS else account


def withdraw(account: Account, token: str) -> Account:
    """`account` as if the attempt `token`, whose password was never looked at, had not been made.

    Where one in CONSOLE_PAUSE is evaluated, that time was over when it was made.
    """
    over = token in account.console_pending and account.console_strikes >= CONSOLE_THRESHOLD
    account = _without(account, token)
    return account._replace(console_tried_at=None) if over else account


def bury(account: Account, dead: Collection[str], now: float, rules: Rules) -> Account:
    """`account` after the attempts `dead` ended without an answer: each is a strike."""
    for token in (*account.pending, *account.console_pending):
        if token in dead:
            account = _strike(account, token)
    return _lock_if_due(account, now, rules)


def lock(account: Account, now: float) -> Account:
    """`account` locked on purpose."""
    return account._replace(locked_by=BY_COMMAND, locked_since=now)


def unlock(account: Account, now: float) -> Account:
    """`account` unlocked, with all its attempts back; it counts as used then, and is not temporary any more."""
    if account.locked_by in (BY_DISUSE, BY_END):
        account = account._replace(enabled_at=now, ends_at=None)
    return account._replace(locked_by="", locked_since=None, strikes=0, wrong_in_a_row=0, pending=(),
                            console_strikes=0, console_pending=(), console_tried_at=None)


def ending(account: Account, ends_at: float | None, now: float) -> Account:
    """`account` with another end, or None: one that was locked at its end is unlocked, and counts as used then."""
    if account.locked_by == BY_END:
        account = unlock(account, now)
    return account._replace(ends_at=ends_at)


def _strike(account: Account, token: str) -> Account:
    if token in account.pending:
        return _without(account, token)._replace(strikes=account.strikes + 1,
                                                 wrong_in_a_row=account.wrong_in_a_row + 1)
    if token in account.console_pending:
        return _without(account, token)._replace(console_strikes=min(account.console_strikes + 1, CONSOLE_THRESHOLD))
    return account


def _without(account: Account, token: str) -> Account:
    return account._replace(pending=tuple(one for one in account.pending if one != token),
                            console_pending=tuple(one for one in account.console_pending if one != token))


def _lock_if_due(account: Account, now: float, rules: Rules) -> Account:
    if account.locked_by or (account.strikes < rules.lockout_threshold and _left(account, rules) > 0):
        return account
    return account._replace(locked_by=BY_ATTEMPTS, locked_since=now)
