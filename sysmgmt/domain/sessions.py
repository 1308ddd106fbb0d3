"""Who is logged in."""

from sysmgmt.domain import roles
from sysmgmt.domain.errors import TooManySessions, UnknownSession, UnknownUser
from sysmgmt.domain.levels import rules_of
from sysmgmt.domain.model import Session, SshKey, State
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import HOUR


BY_PEOPLE = frozenset({"ssh", "console"})
"""Endpoints of sessions of people; at others, as in a batch, may be programs, which read nothing."""


def told_until(one: Session) -> float:
    """Up to when its user has been told what is told once: as a person, or as a program."""
    return (one.greeted_at if one.endpoint in BY_PEOPLE else one.last_login_at) or 0


def opened(state: State) -> list[Session]:
    """The open sessions, oldest first."""
    return sorted((one for one in state.sessions.values() if not one.ended), key=lambda one: one.opened_at)


def of(state: State, user: str) -> list[Session]:
    """The open sessions of a user, oldest first."""
    return [one for one in opened(state) if one.user == user]


def place(one: Session) -> str:
    """Where a session comes from; all terminals and batches of the machine itself are one place, ""."""
    return one.origin if one.endpoint == "ssh" else ""


def check_room(state: State, user: str) -> None:
    """Raise TooManySessions if the user can open no further session."""
    most = state.settings.sessions_per_user
    if len(of(state, user)) >= most:
        raise TooManySessions(name=user, count=most)


def enter(state: State, new: Session) -> State:
    """The state in which `new` is open and the login is remembered.

    Raises TooManySessions, UnknownUser.
    """
    check_room(state, new.user)
    account = state.accounts.get(new.user)
    if account is None:
        raise UnknownUser(name=new.user)
    new = new._replace(last_login_at=account.last_login_at, last_login_from=account.last_login_from,
                       failed_logins=account.failed_logins, uid=account.uid, greeted_at=account.greeted_at)
    account = account._replace(last_login_at=new.opened_at, last_login_from=new.origin, failed_logins=0)
    if new.endpoint in BY_PEOPLE:
        account = account._replace(greeted_at=new.opened_at)
    return state._replace(accounts=state.accounts.put(account.name, account),
                          sessions=state.sessions.put(new.id, new))


def overdue(state: State, session: Session, now: float) -> str:
    """Why a session cannot go on that is neither idle nor ended: it, or its user's time, is over; '' if it can."""
    hours = rules_of(state.settings).session_hours
    if hours and now - session.opened_at >= hours * HOUR:
        return f"a session lasts {hours} hours at most"
    account = state.accounts.get(session.user)
    return "the time of the user is over" if account and account.ends_at and now >= account.ends_at else ""


def end_overdue(state: State, session: str, now: float) -> State:
    """The state in which a session is over that is overdue."""
    found = state.sessions.get(session)
    reason = overdue(state, found, now) if found and not found.ended else ""
    return cut(state, found, reason, now) if found and reason else state


def forget(state: State, session: str) -> State:
    """The state that knows nothing of a session any more."""
    return state._replace(sessions=state.sessions.without(session))


def cut(state: State, session: Session, reason: str, now: float) -> State:
    """The state in which an open session is over, for a `reason` that can stand behind a colon."""
    over = session._replace(ended=reason, ended_at=now)
    return state._replace(sessions=state.sessions.put(over.id, over))


def cut_all(state: State, user: str, reason: str, now: float, but: str = "") -> State:
    """The state in which the open sessions of a user are over, `but` for one."""
    for one in of(state, user):
        if one.id != but:
            state = cut(state, one, reason, now)
    return state


def opened_with(state: State, key: SshKey) -> list[Session]:
    """The open sessions that began with a login by this SSH key, oldest first."""
    return [one for one in of(state, key.user) if one.key == key.fingerprint]


def seen_by(state: State, user: str) -> list[Session]:
    """The sessions that a user may see and end: all with Security, else the user's own; oldest first."""
    account = state.accounts.get(user)
    everybody = account is not None and roles.holds(state, account, Permission.SECURITY)
    return opened(state) if everybody else of(state, user)


def end(state: State, session: str, caller: str, now: float) -> State:
    """The state in which a session that `caller` may end is over. Raises UnknownSession."""
    for one in seen_by(state, caller):
        if one.id == session:
            return cut(state, one, f"{caller} ended it", now)
    raise UnknownSession(session=session[:32])
