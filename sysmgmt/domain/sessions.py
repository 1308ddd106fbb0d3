"""Who is logged in."""

from collections.abc import Collection

from sysmgmt.domain import roles
from sysmgmt.domain.errors import TooManySessions, UnknownSession, UnknownUser
from sysmgmt.domain.model import Session, State
from sysmgmt.domain.permissions import Permission


def of(state: State, user: str) -> list[Session]:
    """The open sessions of a user."""
    return [one for one in state.sessions.values() if one.user == user]


def enter(state: State, opened: Session) -> State:
    """The state in which `opened` is open and the login is remembered.

    Raises TooManySessions, UnknownUser.
    """
    most = state.settings.sessions_per_user
    if len(of(state, opened.user)) >= most:
        raise TooManySessions(name=opened.user, count=most)
    account = state.accounts.get(opened.user)
    if account is None:
        raise UnknownUser(name=opened.user)
    opened = opened._replace(last_login_at=account.last_login_at, last_login_from=account.last_login_from,
                             failed_logins=account.failed_logins)
    account = account._replace(last_login_at=opened.opened_at, last_login_from=opened.origin, failed_logins=0)
    return state._replace(accounts=state.accounts.put(account.name, account),
                          sessions=state.sessions.put(opened.id, opened))


def forget(state: State, dead: Collection[str]) -> State:
    """The state without the sessions of processes that no longer run."""
    kept = state.sessions
    for one in state.sessions.values():
        if one.process in dead:
            kept = kept.without(one.id)
    return state._replace(sessions=kept)


def end_all(state: State, user: str) -> State:
    """The state without the sessions of a user."""
    kept = state.sessions
    for one in of(state, user):
        kept = kept.without(one.id)
    return state._replace(sessions=kept)


def seen_by(state: State, user: str) -> list[Session]:
    """The sessions that a user may see and end: all with Security, else the user's own; oldest first."""
    account = state.accounts.get(user)
    everybody = account is not None and Permission.SECURITY in roles.permissions_of(state, account.role)
    seen = state.sessions.values() if everybody else of(state, user)
    return sorted(seen, key=lambda one: one.opened_at)


def end(state: State, session: str, caller: str) -> State:
    """The state without a session that `caller` may end. Raises UnknownSession."""
    if session not in [one.id for one in seen_by(state, caller)]:
        raise UnknownSession(session=session[:32])
    return state._replace(sessions=state.sessions.without(session))
