"""Logging in and out. A stranger learns nothing but that it failed (R088, decisions: Lockout)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import accounts, passwords, security
from sysmgmt.domain.errors import AccountLocked, InternalError, LoginFailed, NotInstalled, Refusal, UnknownUser
from sysmgmt.domain.model import Account, State
from sysmgmt.domain.names import canonical, fits
from sysmgmt.domain.times import iso
from sysmgmt.engine.attempt import Ticket, begin, matched, work
from sysmgmt.engine.dispatch import House, Reply, carry_out
from sysmgmt.engine.ports import Clock
from sysmgmt.engine.record import MASK, Record
from sysmgmt.engine.request import Answer, Caller, Request, refused

LOGIN = "log_in"
LEAST = 0.5
"""Seconds that a failed login takes at least."""


def log_in(house: House, caller: Caller, name: str, password: str) -> Reply:
    """Open a session for `name`. A refusal is the answer; the caller it comes with is nobody then."""
    name = canonical(name)
    record = Record(house.box, caller._replace(user=name if fits(name) else MASK), Request(LOGIN), None, True)
    answer = refused(None, LoginFailed())
    try:
        reply = _log_in(house, caller._replace(user=name), password)
        answer = reply.answer
        return reply
    except Refusal as refusal:
        answer = refused(None, refusal)
        return Reply(answer, caller)
    except Exception as error:  # whatever it is, nobody may see a traceback
        answer = refused(None, InternalError(id=record.failure(error)))
        return Reply(answer, caller)
    finally:
        record.outcome(answer)


def _log_in(house: House, caller: Caller, password: str) -> Reply:
    if not house.box.store.read().installed:
        raise NotInstalled()
    begun = house.box.clock.now()
    try:
        ticket, verified = _prove(house, caller, password)
        return _open(house, ticket, verified, _rehashed(house, verified, password))
    except (AccountLocked, UnknownUser):
        _wait_out(house.box.clock, begun)
        raise LoginFailed() from None


def _prove(house: House, caller: Caller, password: str) -> tuple[Ticket, str]:
    """A counted attempt that was right, and the hash it was compared with.

    Raises UnknownUser or AccountLocked for any other, after about the same work.
    """
    try:
        if not fits(caller.user):
            raise UnknownUser(name=MASK)
        ticket = begin(house, caller, caller.user)
    except (AccountLocked, UnknownUser):
        house.box.hasher.waste(password, house.box.store.read().settings.hashing)
        raise
    verified = matched(house, ticket, password)
    if not verified:
        raise UnknownUser(name=ticket.name)
    return ticket, verified


def _wait_out(clock: Clock, begun: float) -> None:
    """Let every failure take the same time, whatever had to be computed and written for it."""
    clock.pause(min(LEAST, max(0.0, begun + LEAST - clock.now())))


def _rehashed(house: House, verified: str, password: str) -> str:
    """The hash of `password` with the parameters in force if `verified` has others, else ''."""
    cost = house.box.store.read().settings.hashing
    return house.box.hasher.encode(password, cost) if house.box.hasher.outdated(verified, cost) else ""


def _open(house: House, ticket: Ticket, verified: str, rehashed: str) -> Reply:
    work(house, "give_attempt_back", ticket)
    return open_session(house, ticket.caller, house.box.machine.process(),
                        {"verified": verified, "rehashed": rehashed})


def open_session(house: House, caller: Caller, process: str, checked: Mapping[str, str]) -> Reply:
    """Open a session of `caller.user` that ends with `process`.

    `checked` is what was found out about the password, if one was checked. Raises
    TooManySessions, UnknownUser.
    """
    before = accounts.find(house.box.store.read(), caller.user)
    caller = caller._replace(session=house.box.clock.token())
    texts = {"name": caller.user, "session": caller.session, "process": process, **checked}
    carry_out(house, caller, Request("open_session", texts), own_work=True)
    return greet(house, caller, before)


def greet(house: House, caller: Caller, before: Account) -> Reply:
    """What somebody is told whose session is open now; `before` is the account before this login."""
    state, now = house.box.store.read(), house.box.clock.now()
    account = accounts.find(state, caller.user)
    due = passwords.change_due(account, passwords.rules_of(state.settings), now)
    return Reply(Answer(None, "Done", 0, _welcome(before), warnings=_warnings(state, account, before, now)),
                 caller._replace(due=due))


def _welcome(before: Account) -> dict[str, Any]:
    return {"user": before.name, "role": before.role, "last_login_at": iso(before.last_login_at),
            "last_login_from": before.last_login_from or None, "failed_logins": before.failed_logins}


def _warnings(state: State, account: Account, before: Account, now: float) -> tuple[str, ...]:
    return (*_expiry(state, account, now), *_recovery(state, before))


def _expiry(state: State, account: Account, now: float) -> tuple[str, ...]:
    left = passwords.days_left(account, passwords.rules_of(state.settings), now)
    if left is None:
        return ()
    when = f"in {left} days" if left > 1 else "tomorrow" if left else "today"
    return (f"Your password expires {when}; change it with set_password.",)


def _recovery(state: State, before: Account) -> tuple[str, ...]:
    """What users with Security are told about a recovery since their last login (R093)."""
    recovered, seen = state.settings.recovered_at, before.last_login_at or 0
    if recovered is None or seen >= recovered or not security.secures(state, before):
        return ()
    return (f"The password of admin was recovered on the console on {iso(recovered)}.",)


def log_out(house: House, caller: Caller, reason: str) -> None:
    """Close the caller's session and record why. A box that cannot write lets him go all the same."""
    try:
        if caller.session:
            request = Request("close_session", {"session": caller.session, "reason": reason})
            carry_out(house, caller, request, own_work=True)
            house.box.journal.sync()
        if caller.session or house.box.store.read().generation == 1:  # 1: just installed, without a login
            house.box.store.tidy()
    except Refusal:
        return  # the session dies with its process; the next login clears it away
