"""Checking a password: a transaction of its own, before and outside the command that asks.

The attempt is counted durably, then the hash compared, then the attempt given back or turned
into a strike. Nothing takes a counted attempt back: no refusal, no --dry-run, no --atomic.
"""

from typing import NamedTuple

from sysmgmt.domain import lockout
from sysmgmt.domain.errors import AccountLocked, PasswordWrong, Refusal, UnknownUser
from sysmgmt.domain.levels import Rules, rules_of
from sysmgmt.domain.model import Account
from sysmgmt.engine import own_work
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Machine
from sysmgmt.engine.request import Answer, Caller

POLL = 0.01
"""Seconds between two looks while all slots are taken by attempts in progress."""
LONGEST = 120
"""Seconds after which an attempt in progress is given up: its process hangs."""


class Ticket(NamedTuple):
    """An attempt that has been counted."""

    caller: Caller
    name: str
    token: str


def begin(house: House, caller: Caller, name: str) -> Ticket:
    """Count an attempt at the account `name`, waiting for a free slot.

    Raises AccountLocked, UnknownUser.
    """
    box = house.box
    ticket = Ticket(caller, name, f"{box.machine.process()}/{int(box.clock.now())}/{box.clock.token()}")
    while not _taken(work(house, "take_attempt", ticket)):
        _wait(house, caller, name)
    return ticket


def _taken(answer: Answer) -> bool:
    return answer.result is not None and bool(answer.result["taken"])


def _wait(house: House, caller: Caller, name: str) -> None:
    while True:
        account = house.box.store.read().accounts.get(name)
        if account is None:
            raise UnknownUser(name=name)
        if turn(house, account, caller.console) is not lockout.Turn.WAIT:
            return
        house.box.clock.pause(POLL)


def turn(house: House, account: Account, console: bool) -> lockout.Turn:
    """What an attempt may do now."""
    now, rules = house.box.clock.now(), rules_of(house.box.store.read().settings)
    return lockout.turn(settled(house.box.machine, account, now, rules), now, console, rules)


def settled(machine: Machine, account: Account, now: float, rules: Rules) -> Account:
    """`account` as it is now: attempts that nobody will answer any more are strikes, locks come and go with time."""
    return lockout.settled(_without_dead(machine, account, now, rules), now, rules)


def _without_dead(machine: Machine, account: Account, now: float, rules: Rules) -> Account:
    pending = (*account.pending, *account.console_pending)
    if not pending:
        return account
    parts = {token: token.split("/") for token in pending}
    dead = machine.dead({process for process, *_ in parts.values()})
    lost = {token for token, (process, began, _) in parts.items()
            if process in dead or not 0 <= now - int(began) <= LONGEST}
    return lockout.bury(account, lost, now, rules)


def matches(house: House, ticket: Ticket, text: str, encoded: str) -> bool:
    """Whether `text` is the password behind the hash `encoded`; '' is the hash of none.

    A wrong one becomes a strike here, and so does one whose comparison failed unexpectedly. One that
    was refused a comparison, since the box is busy, told nobody anything and counts for nothing.
    Raises BoxBusy, StorageFailed.
    """
    outcome = "count_wrong_password"
    try:
        if encoded and house.box.hasher.matches(encoded, text):
            outcome = ""
    except Refusal:
        outcome = "withdraw_attempt"
        raise
    finally:
        if outcome:
            work(house, outcome, ticket)
    return not outcome


def is_locked(house: House, name: str, console: bool) -> bool:
    """Whether an attempt at `name` would be refused now."""
    account = house.box.store.read().accounts.get(name)
    return account is not None and turn(house, account, console) is lockout.Turn.LOCKED


def work(house: House, command: str, ticket: Ticket, **checked: str) -> Answer:
    """Do a piece of the box's own work on a counted attempt. Raises any refusal."""
    return own_work.work(house, command, {"name": ticket.name, "token": ticket.token, **checked}, ticket.caller)


def verify(house: House, caller: Caller, text: str, encoded: str) -> None:
    """Check that `text` is the caller's password, whose hash is `encoded`.

    In an --atomic batch that may be one which an earlier line has chosen. Raises PasswordWrong,
    AccountLocked.
    """
    ticket = begin(house, caller, caller.user)
    if matches(house, ticket, text, encoded):
        work(house, "give_attempt_back", ticket, verified=encoded)
    elif is_locked(house, caller.user, caller.console):
        raise AccountLocked()
    else:
        raise PasswordWrong()
