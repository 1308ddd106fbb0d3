"""Logging in and out. A stranger learns nothing but that it failed (R088, decisions: Lockout)."""

from typing import Any

from sysmgmt.domain import passwords, security
from sysmgmt.domain.errors import AccountLocked, InternalError, LoginFailed, NotInstalled, Refusal, UnknownUser
from sysmgmt.domain.model import Account, State
from sysmgmt.domain.names import canonical
from sysmgmt.domain.times import iso
from sysmgmt.engine.attempt import Ticket, begin, matches, password_of, work
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
    record = _record(house, caller, name)
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


def _record(house: House, caller: Caller, name: str) -> Record:
    """The record of a login. A name that nobody has may be a password that was typed too early.

    Nor may it use reserved space, else strangers could fill that.
    """
    try:
        known = name in house.box.store.read().accounts
    except Refusal:
        known = False
    return Record(house.box, caller._replace(user=name if known else MASK), Request(LOGIN), None, known)


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
        if caller.user not in house.box.store.read().accounts:
            raise UnknownUser(name=MASK)
        ticket = begin(house, caller, caller.user)
    except (AccountLocked, UnknownUser):
        house.box.hasher.waste(password, house.box.store.read().settings.hashing)
        raise
    verified = password_of(house, ticket.name)
    if not matches(house, ticket, password, verified):
        cost = house.box.store.read().settings.hashing
        if house.box.hasher.outdated(verified, cost):
            house.box.hasher.waste(password, cost)  # that hash was cheaper than those of strangers
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
    before = house.box.store.read().accounts.get(ticket.name)
    work(house, "give_attempt_back", ticket)
    session = house.box.clock.token()
    texts = {"name": ticket.name, "session": session, "process": house.box.machine.process(),
             "verified": verified, "rehashed": rehashed}
    caller = ticket.caller._replace(session=session)
    carry_out(house, caller, Request("open_session", texts), own_work=True)
    state, now = house.box.store.read(), house.box.clock.now()
    account = state.accounts.get(ticket.name)
    assert account is not None and before is not None  # the session was opened for it just now
    due = passwords.change_due(account, passwords.rules_of(state.settings), now)
    facts = _welcome(state, before, now)
    return Reply(Answer(None, "Done", 0, facts, warnings=_warnings(state, account, before, now)),
                 caller._replace(due=due))


def _welcome(state: State, before: Account, now: float) -> dict[str, Any]:
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
