"""Three wrong passwords in a row lock an account, however many arrive at once (R088).

An attempt takes one of the account's free slots before its password is looked at. A right one
gives all strikes back, a wrong one turns its slot into a strike. While no slot is free but some
attempt is still in progress, a further one waits; so no more than three guesses are ever
evaluated, and no right login is refused because others are in progress. The slot of a process
that died stays taken as a strike.

The user admin has a counter of its own on the local console, which remote guesses neither raise
nor pass: after three wrong ones there, one attempt in 15 minutes is evaluated.
"""

from collections.abc import Collection
from enum import Enum

from sysmgmt.domain.model import ADMIN, Account

THRESHOLD = 3
CONSOLE_PAUSE = 900
"""Seconds between two evaluated attempts on a console whose three are used up."""
BY_ATTEMPTS, BY_COMMAND = "attempts", "command"


class Turn(Enum):
    """What an attempt may do now."""

    TRY, WAIT, LOCKED = "try", "wait", "locked"


def own_counter(account: Account, console: bool) -> bool:
    """Whether this attempt counts in the console's counter of the last-resort account."""
    return console and account.name == ADMIN


def turn(account: Account, now: float, console: bool) -> Turn:
    """What an attempt at `account` may do now."""
    if account.locked_by == BY_COMMAND:
        return Turn.LOCKED
    if own_counter(account, console):
        return _console_turn(account, now)
    if account.locked_by or account.strikes >= THRESHOLD:
        return Turn.LOCKED
    return Turn.TRY if account.strikes + len(account.pending) < THRESHOLD else Turn.WAIT


def _console_turn(account: Account, now: float) -> Turn:
    if account.console_strikes < THRESHOLD:
        free = account.console_strikes + len(account.console_pending) < THRESHOLD
        return Turn.TRY if free else Turn.WAIT
    tried = account.console_tried_at
    waited = tried is None or not 0 <= now - tried < CONSOLE_PAUSE
    return Turn.TRY if waited and not account.console_pending else Turn.LOCKED


def take(account: Account, token: str, now: float, console: bool) -> Account:
    """`account` with a slot taken by the attempt `token`."""
    if own_counter(account, console):
        return account._replace(console_pending=(*account.console_pending, token), console_tried_at=now)
    return account._replace(pending=(*account.pending, token))


def wrong(account: Account, token: str, now: float) -> Account:
    """`account` after the password of the attempt `token` was wrong: its slot is a strike."""
    return _lock_if_due(_strike(account._replace(failed_logins=account.failed_logins + 1), token), now)


def right(account: Account, token: str, console: bool) -> Account:
    """`account` after the password of the attempt `token` was right: every strike is given back.

    On the console that clears the lock by remote guesses, too.
    """
    account = _without(account, token)._replace(strikes=0)
    if not own_counter(account, console):
        return account
    account = account._replace(console_strikes=0, console_tried_at=None)
    return account._replace(locked_by="", locked_since=None) if account.locked_by == BY_ATTEMPTS else account


def withdraw(account: Account, token: str) -> Account:
    """`account` as if the attempt `token`, whose password was never looked at, had not been made.

    Where one in CONSOLE_PAUSE is evaluated, that time was over when it was made.
    """
    over = token in account.console_pending and account.console_strikes >= THRESHOLD
    account = _without(account, token)
    return account._replace(console_tried_at=None) if over else account


def bury(account: Account, dead: Collection[str], now: float) -> Account:
    """`account` after the attempts `dead` ended without an answer: each is a strike."""
    for token in (*account.pending, *account.console_pending):
        if token in dead:
            account = _strike(account, token)
    return _lock_if_due(account, now)


def lock(account: Account, now: float) -> Account:
    """`account` locked on purpose."""
    return account._replace(locked_by=BY_COMMAND, locked_since=now)


def unlock(account: Account) -> Account:
    """`account` unlocked, with all its attempts back."""
    return account._replace(locked_by="", locked_since=None, strikes=0, pending=(),
                            console_strikes=0, console_pending=(), console_tried_at=None)


def _strike(account: Account, token: str) -> Account:
    if token in account.pending:
        return _without(account, token)._replace(strikes=account.strikes + 1)
    if token in account.console_pending:
        return _without(account, token)._replace(console_strikes=min(account.console_strikes + 1, THRESHOLD))
    return account


def _without(account: Account, token: str) -> Account:
    return account._replace(pending=tuple(one for one in account.pending if one != token),
                            console_pending=tuple(one for one in account.console_pending if one != token))


def _lock_if_due(account: Account, now: float) -> Account:
    if account.strikes < THRESHOLD or account.locked_by:
        return account
    return account._replace(locked_by=BY_ATTEMPTS, locked_since=now)
