"""The box's own work at logins: counting attempts, opening and closing sessions. No shell shows it."""

from sysmgmt.commands.words import IsLogin, KeyFingerprint, PasswordTime, Text, Token, UserName
from sysmgmt.domain import accounts, erasure, lockout, sessions, ssh_keys
from sysmgmt.domain.errors import AccountLocked, LoginFailed
from sysmgmt.domain.levels import rules_of
from sysmgmt.domain.lockout import FINAL
from sysmgmt.domain.model import Session
from sysmgmt.engine.attempt import settled
from sysmgmt.engine.declaration import MAKERS_OF_ROOM, OWN_WORK, Call, Change, command


@command(needs=OWN_WORK, reserve=MAKERS_OF_ROOM)
def take_attempt(call: Call, name: UserName, token: Token) -> Change:
    """Count an attempt at a password before it is looked at, unless it has to wait.

    Attempts of processes that died are made strikes at the same time, so that everybody sees a
    lock that comes of them.
    """
    stored = accounts.find(call.state, name)
    rules = rules_of(call.state.settings)
    account = settled(call.box.machine, stored, call.now, rules)
    turn = lockout.turn(account, call.now, call.caller.console, rules)
    if turn is lockout.Turn.LOCKED and account == stored:
        raise AccountLocked()
    if turn is lockout.Turn.TRY:
        account = lockout.take(account, token, call.now, call.caller.console)
    return Change(accounts.put(call.state, account), {"taken": turn is lockout.Turn.TRY})


@command(needs=OWN_WORK, reserve=True)
def count_wrong_password(call: Call, name: UserName, token: Token, verdict: Text = "") -> Change:
    """Turn a counted attempt into a strike; `verdict` is what a directory said of the password."""
    account = accounts.find(call.state, name)
    return Change(accounts.put(call.state, lockout.wrong(account, token, call.now, rules_of(call.state.settings))))


@command(needs=OWN_WORK, reserve=True)
def give_attempt_back(call: Call, name: UserName, token: Token, verified: Token, rehashed: Token = "") -> Change:
    """Forget the strikes of an account whose password was right.

    `verified` is the hash that it was compared with; `rehashed` takes the place of that one only,
    not of a password that was set in the meantime.
    """
    account = lockout.right(accounts.find(call.state, name), token, call.caller.console)
    if rehashed and account.password == verified:
        account = account._replace(password=rehashed)
    return Change(accounts.put(call.state, account))


@command(needs=OWN_WORK, reserve=True)
def withdraw_attempt(call: Call, name: UserName, token: Token) -> Change:
    """Take an attempt back whose password was compared with nothing; strikes stay."""
    return Change(accounts.put(call.state, lockout.withdraw(accounts.find(call.state, name), token)))


@command(needs=OWN_WORK, reserve=MAKERS_OF_ROOM)
def open_session(call: Call, name: UserName, session: Token, process: Text, login: IsLogin = False,
                 fingerprint: KeyFingerprint = "", password_chosen_at: PasswordTime | None = None) -> Change:
    """Open a session for a user who has proven who it is, with the SSH key of that fingerprint if it was one.

    With password_chosen_at it is the password that was chosen then: another that took its place meanwhile has ended
    all sessions, and this one would outlive that.
    """
    account = accounts.find(call.state, name)
    if lockout.settled(account, call.now, rules_of(call.state.settings)).locked_by in FINAL:
        raise AccountLocked()
    if password_chosen_at not in (None, account.password_changed_at):
        raise LoginFailed()
    new = Session(session, name, process, call.now, call.caller.origin, call.caller.endpoint, login=login,
                  key=fingerprint)
    state = erasure.settled(sessions.enter(call.state, new), call.box.clock.running)
    return Change(ssh_keys.use(state, name, fingerprint, call.now))


@command(needs=OWN_WORK, reserve=True)
def end_idle_session(call: Call, session: Token) -> Change:
    """End a session whose client did not do so when it had been idle for too long."""
    found = call.state.sessions.get(session)
    if found is None or found.ended:
        return Change(call.state)
    return Change(sessions.cut(call.state, found, "it was idle for too long", call.now))


@command(needs=OWN_WORK, reserve=True)
def end_overdue_session(call: Call, session: Token) -> Change:
    """End a session that is as old as one may become, or whose user's time is over."""
    return Change(sessions.end_overdue(call.state, session, call.now))


@command(needs=OWN_WORK, reserve=True)
def settle_lock(call: Call, name: UserName) -> Change:
    """Lock an account that nobody used for too long or whose time is over; unlock one that was locked long enough."""
    account = lockout.settled(accounts.find(call.state, name), call.now, rules_of(call.state.settings))
    return Change(accounts.put(call.state, account))


@command(needs=OWN_WORK, reserve=True)
def close_session(call: Call, session: Token, reason: Text) -> Change:
    """Close a session. One that was ended stays known as that while a client's process lives on."""
    found = call.state.sessions.get(session)
    machine = call.box.machine
    if found and found.ended and found.process != machine.process() and not machine.dead({found.process}):
        return Change(call.state)
    return Change(sessions.forget(call.state, session))
