"""Logging in and out. A stranger learns nothing but that it failed (R088, decisions: Lockout)."""

from typing import Any

from sysmgmt.domain import passwords, security
from sysmgmt.domain.errors import AccountLocked, LoginFailed, NotInstalled, Refusal, UnknownUser
from sysmgmt.domain.model import Account, State
from sysmgmt.domain.names import canonical, fits
from sysmgmt.domain.times import iso
from sysmgmt.engine.attempt import Ticket, begin, matches, work
from sysmgmt.engine.dispatch import House, Reply, carry_out
from sysmgmt.engine.record import Record
from sysmgmt.engine.request import Answer, Caller, Request, refused

LOGIN = "log_in"


def log_in(house: House, caller: Caller, name: str, password: str) -> Reply:
    """Open a session for `name`. A refusal is the answer; the caller it comes with is nobody then."""
    name = canonical(name)
    record = Record(house.box, caller._replace(user=name if fits(name) else "***"), Request(LOGIN), None)
    answer = refused(None, LoginFailed())
    try:
        reply = _log_in(house, caller._replace(user=name), password)
        answer = reply.answer
        return reply
    except Refusal as refusal:
        answer = refused(None, refusal)
        return Reply(answer, caller)
    finally:
        record.outcome(answer)


def _log_in(house: House, caller: Caller, password: str) -> Reply:
    state = house.box.store.read()
    if not state.installed:
        raise NotInstalled()
    try:
        ticket = begin(house, caller, caller.user)
    except (AccountLocked, UnknownUser):
        house.box.hasher.waste(password, state.settings.hashing)
        raise LoginFailed() from None
    if not matches(house, ticket, password):
        raise LoginFailed()
    return _open(house, ticket, _rehashed(house, ticket.name, password))


def _rehashed(house: House, name: str, password: str) -> str:
    """The hash of `password` with the parameters in force if the stored one has others, else ''."""
    state = house.box.store.read()
    account = state.accounts.get(name)
    if account is None or not house.box.hasher.outdated(account.password, state.settings.hashing):
        return ""
    return house.box.hasher.encode(password, state.settings.hashing)


def _open(house: House, ticket: Ticket, rehashed: str) -> Reply:
    before = house.box.store.read().accounts.get(ticket.name)
    work(house, "give_attempt_back", ticket)
    session = house.box.clock.token()
    texts = {"name": ticket.name, "session": session, "process": house.box.machine.process()}
    if rehashed:
        texts["rehashed"] = rehashed
    caller = ticket.caller
    carry_out(house, caller, Request("open_session", texts), own_work=True)
    state, now = house.box.store.read(), house.box.clock.now()
    account = state.accounts.get(ticket.name)
    assert account is not None and before is not None  # the session was opened for it just now
    due = passwords.change_due(account, passwords.rules_of(state.settings), now)
    facts = _welcome(state, before, now)
    return Reply(Answer(None, "Done", 0, facts, warnings=_warnings(state, account, before, now)),
                 caller._replace(session=session, due=due))


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
