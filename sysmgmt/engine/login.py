"""Logging in and out. A stranger learns nothing but that it failed (R088)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import NamedTuple

from sysmgmt.domain import accounts, expiry, levels, partners, passwords, pending, roles, root_access, sessions, tls
from sysmgmt.domain.errors import (
    AccountLocked, DirectoryUnreachable, InternalError, LoginFailed, NotInstalled, PasswordDueInDirectory, Refusal,
    StorageFull, TooManyFailedLogins, UnknownUser)
from sysmgmt.domain.model import LOCAL, Account, Session, State
from sysmgmt.domain.names import canonical
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.secrecy import MASK
from sysmgmt.domain.times import DAY, iso
from sysmgmt.engine import audit_seeds, authorization, departure, own_keys, own_work, unconfirmed
from sysmgmt.engine.attempt import Ticket, begin, matches, work
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.authorization import may_confirm
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.ports import Clock
from sysmgmt.engine.request import LOGIN, Answer, Caller, Request, refused

LEAST = 0.5
"""Seconds that a failed login takes at least."""


def log_in(house: House, caller: Caller, name: str, password: str) -> Reply:
    """Open a session for `name`. A refusal is the answer; the caller it comes with is nobody then."""
    return _recorded(house, caller, name, partial(_log_in, house, password))


def authenticate(house: House, caller: Caller, name: str, password: str) -> Answer:
    """Check a password without opening a session: others do that when they are done, as PAM does."""
    return _recorded(house, caller, name, partial(_authenticate, house, password)).answer


def turn_away(house: House, caller: Caller, refusal: Refusal) -> None:
    """Record that somebody who has proven who it is was not let in, and why."""
    _record(house, caller, caller.user).outcome(refused(None, refusal))


def _recorded(house: House, caller: Caller, name: str, act: Callable[[Caller], Reply]) -> Reply:
    name = canonical(name)
    record = _record(house, caller, name)
    answer = refused(None, LoginFailed())
    try:
        reply = act(caller._replace(user=name))
        answer = reply.answer
        return reply
    except (DirectoryUnreachable, TooManyFailedLogins) as refusal:  # the audit has it; a stranger is told the same
        answer = refused(None, refusal)
        told = _without_directory(refusal) if isinstance(refusal, DirectoryUnreachable) else LoginFailed()
        return Reply(refused(None, told), caller)
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

    Nor may it use reserved space, else strangers could fill that: only logins of those who can make room do.
    """
    known = may_use_reserve = False
    with suppress(Refusal):
        state = house.box.store.read()
        known, may_use_reserve = name in state.accounts, authorization.makes_room(state, name, caller.console)
    return Record(house.box, caller._replace(user=name if known else MASK), Request(LOGIN), None, may_use_reserve)


def _log_in(house: House, password: str, caller: Caller) -> Reply:
    account = _admit(house, password, caller)
    try:
        login = Login(house.box.machine.process(), password_chosen_at=account.password_changed_at)
        return open_session(house, caller, login)
    except (AccountLocked, UnknownUser):  # since the password was found right
        raise LoginFailed() from None


def _authenticate(house: House, password: str, caller: Caller) -> Reply:
    _admit(house, password, caller)
    return Reply(Answer(None), caller)


def _admit(house: House, password: str, caller: Caller) -> Account:
    """The account of the caller as it was when the password was found right. Raises any refusal."""
    if not house.box.store.read().installed:
        raise NotInstalled()
    begun = house.box.clock.now()
    try:
        with _place(house, caller):
            ticket, account = _prove(house, caller, password)
        verified = account.password
        work(house, "give_attempt_back", ticket, verified=verified, rehashed=_rehashed(house, verified, password))
    except (AccountLocked, UnknownUser):  # also of somebody who was removed since the password was found right
        refusal = _refusal(house, caller.user)
        _wait_out(house.box.clock, begun)
        raise refusal from None
    except (DirectoryUnreachable, PasswordDueInDirectory, TooManyFailedLogins):
        _wait_out(house.box.clock, begun)
        raise
    except StorageFull:
        if caller.console:
            raise
        refusal = _refusal(house, caller.user)  # whose login finds room would tell who there is
        _wait_out(house.box.clock, begun)
        raise refusal from None
    return account


def _place(house: House, caller: Caller) -> AbstractContextManager[None]:
    """Hold a place of the address it comes from, where only so many logins may fail. Raises TooManyFailedLogins."""
    most = levels.rules_of(house.box.store.read().settings).origin_threshold
    if most is None:
        return nullcontext()
    from sysmgmt.engine import origins  # as few levels need it

    return origins.place(house, caller, most)


def _refusal(house: House, name: str) -> LoginFailed:
    """What a stranger is told: the same, and after the same questions to a directory, whoever was meant."""
    if not _is_local(house, name):
        return LoginFailed()  # the directory was asked
    from sysmgmt.engine import ldap_users  # loads much, and few logins fail

    try:
        ldap_users.look(house, name)
    except DirectoryUnreachable as unreachable:
        return _without_directory(unreachable)
    return LoginFailed()


def _without_directory(unreachable: DirectoryUnreachable) -> LoginFailed:
    """That a login failed, to whoever may be a user of the directory, or of the box with a wrong password."""
    return LoginFailed(f"{LoginFailed()} {unreachable}", unreachable.hint)


def _is_local(house: House, name: str) -> bool:
    account = house.box.store.read().accounts.get(name)
    return account is not None and account.type == LOCAL


def _prove(house: House, caller: Caller, password: str) -> tuple[Ticket, Account]:
    """A counted attempt that was right, and the account with the hash it was compared with.

    Local users come first, and wait for no directory. Raises UnknownUser or AccountLocked for any
    attempt that was not right, and StorageFull, after about the same work; DirectoryUnreachable,
    PasswordDueInDirectory.
    """
    try:
        if not _is_local(house, caller.user):
            from sysmgmt.engine import ldap_users  # loads much, and most users are local

            return ldap_users.prove(house, caller, password), accounts.find(house.box.store.read(), caller.user)
        ticket = begin(house, caller, caller.user)
    except (AccountLocked, UnknownUser, DirectoryUnreachable, StorageFull):
        house.box.hasher.waste(password, house.box.store.read().settings.hashing)
        raise
    account = accounts.find(house.box.store.read(), ticket.name)
    if not matches(house, ticket, password, account.password):
        cost = house.box.store.read().settings.hashing
        if house.box.hasher.outdated(account.password, cost):
            house.box.hasher.waste(password, cost)  # that hash was cheaper than those of strangers
        raise UnknownUser(name=ticket.name)
    return ticket, account


def _wait_out(clock: Clock, begun: float) -> None:
    """Let every failure take the same time, whatever had to be computed and written for it."""
    clock.pause(min(LEAST, max(0.0, begun + LEAST - clock.now())))


def _rehashed(house: House, verified: str, password: str) -> str:
    """The hash of `password` with the parameters in force if `verified` has others, else ''.

    While the box is busy there is none: a later login makes it.
    """
    cost = house.box.store.read().settings.hashing
    try:
        return house.box.hasher.encode(password, cost) if house.box.hasher.outdated(verified, cost) else ""
    except Refusal:
        return ""


class Login(NamedTuple):
    """What a session is opened for: a process that it ends with.

    `registered` by PAM: it belongs to a login over SSH or at the console. `fingerprint` is that of
    the SSH key that opened it, if one did; `password_chosen_at` is when the password was chosen that
    did; None where there is none to compare.
    """

    process: str
    registered: bool = False
    fingerprint: str = ""
    password_chosen_at: float | None = None


def open_session(house: House, caller: Caller, login: Login) -> Reply:
    """Open a session of `caller.user`.

    Raises TooManySessions, AccountLocked, UnknownUser, LoginFailed.
    """
    unconfirmed.settle(house, house.box.store.read())
    own_keys.settle(house)
    departure.close_dead(house)
    caller = caller._replace(session=house.box.clock.token())
    texts = {"name": caller.user, "session": caller.session, "process": login.process,
             "login": "yes" if login.registered else "no", "fingerprint": login.fingerprint}
    if login.password_chosen_at is not None:
        texts["password_chosen_at"] = repr(login.password_chosen_at)
    own_work.work(house, "open_session", texts, caller)
    return greet(house, caller)


def greet(house: House, caller: Caller) -> Reply:
    """What somebody is told whose session is open now. Raises SessionEnded, UnknownUser."""
    state, now = house.box.store.read(), house.box.clock.now()
    account, session = accounts.find(state, caller.user), authorization.check_open(state, caller.session)
    facts = {"user": account.name, "role": account.role, "last_login_at": iso(session.last_login_at),
             "last_login_from": session.last_login_from or None, "failed_logins": session.failed_logins,
             "audit_anchor": roles.holds(state, account, Permission.AUDIT) and audit_seeds.anchor(house.box) or None}
    due = passwords.change_due(account, levels.rules_of(state.settings), now)
    return Reply(Answer(None, "Done", 0, facts, warnings=_warnings(state, account, session, now)),
                 caller._replace(due=due))


def _warnings(state: State, account: Account, session: Session, now: float) -> tuple[str, ...]:
    entitled = _entitled(state, now) if roles.holds(state, account, Permission.SECURITY) else ()
    return (*_expiry(state, account, now), *_end(account, now), *_recovery(state, account, session),
            *_pending(state, account), *_returned(state, account, session), *entitled)


def _pending(state: State, account: Account) -> tuple[str, ...]:
    """What those are told who may confirm the change that waits for it."""
    waits = state.settings.pending
    if waits is None or not may_confirm(state, account.name, waits.needs):
        return ()
    what = pending.told(pending.changed(waits, state.settings))
    return (f"{waits.user} has changed {what}; that is undone on {iso(waits.returns_at)}, unless it is confirmed "
            "with confirm_change from a login that began after it.",)


def _returned(state: State, account: Account, session: Session) -> tuple[str, ...]:
    """What those are told who might have confirmed a change that was undone since their last login."""
    one, seen = state.settings.returned, sessions.told_until(session)
    if one is None or seen >= one.at or not may_confirm(state, account.name, one.needs):
        return ()
    return (f"Nobody confirmed the change of {pending.told(one.settings)} by {one.user} in time: "
            f"it was undone on {iso(one.at)}.",)


def _expiry(state: State, account: Account, now: float) -> tuple[str, ...]:
    left = passwords.days_left(account, levels.rules_of(state.settings), now)
    if left is None:
        return ()
    when = f"in {left} days" if left > 1 else "tomorrow" if left else "today"
    return (f"Your password expires {when}; change it with set_password.",)


def _end(account: Account, now: float) -> tuple[str, ...]:
    """What a temporary user is told in the last days."""
    if account.ends_at is None or account.ends_at - now > passwords.WARN_DAYS * DAY:
        return ()
    return (f"Your account ends at {iso(account.ends_at)}: it is locked then, and your sessions end.",)


def _recovery(state: State, account: Account, session: Session) -> tuple[str, ...]:
    """What users with Security are told about a recovery since their last login (R093)."""
    recovered, seen = state.settings.recovered_at, sessions.told_until(session)
    if recovered is None or seen >= recovered or not roles.holds(state, account, Permission.SECURITY):
        return ()
    return (f"The password of admin was recovered on the console on {iso(recovered)}.",)


def _entitled(state: State, now: float) -> tuple[str, ...]:
    """What only users with Security are told: root access (R247), weak TLS, no TLS, certificates that expire (D19)."""
    return (*root_access.warnings(state.settings, now), *tls.warnings(state.settings.reach), *partners.warnings(state),
            *(one.sentence for one in expiry.expiring(state, now)))


def log_out(house: House, caller: Caller, reason: str) -> None:
    """Close the caller's session and record why. A box that cannot write lets him go all the same."""
    try:
        if caller.session:
            departure.close(house, caller, reason)
            house.box.sync()
            if caller.endpoint in sessions.BY_PEOPLE:  # it costs a script more than its commands
                house.box.audit.checkpoint()
    except Refusal:
        return  # the session dies with its process; the next login clears it away
