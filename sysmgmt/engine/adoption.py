"""A caller whom the kernel identifies: the user behind a number, and the session of the login."""

from collections.abc import Iterable

from sysmgmt.domain.errors import AccountLocked, LoginNeeded
from sysmgmt.domain.model import Account, State
from sysmgmt.engine import login
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.request import Caller


def adopt(house: House, stranger: Caller, uid: int, processes: Iterable[str]) -> Reply:
    """Make the caller the user whose number is `uid`.

    `processes` are the caller's own and those above it; the session is the one that was opened
    for one of them. A process that runs as the user without any gets a session of its own.
    Raises LoginNeeded for a number that no user has, AccountLocked, TooManySessions.
    """
    state = house.box.store.read()
    account = _of(state, uid)
    if account is None:
        raise LoginNeeded()
    names = list(processes)
    session = next((one for one in state.sessions.values()
                    if one.process in names and one.user == account.name), None)
    if session is None:
        if account.locked_by:
            raise AccountLocked()
        return login.open_session(house, stranger._replace(user=account.name), names[0])
    caller = Caller(account.name, session.id, session.origin, session.endpoint, session.endpoint == "console")
    return login.greet(house, caller)


def _of(state: State, uid: int) -> Account | None:
    return next((one for one in state.accounts.values() if one.uid == uid), None)
