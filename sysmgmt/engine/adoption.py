"""A caller whom the kernel identifies: the user behind a number, and the session of the login."""

from collections.abc import Collection
from typing import NamedTuple

from sysmgmt.domain.errors import AccountLocked, LoginNeeded, SessionEnded
from sysmgmt.domain.model import Account, State
from sysmgmt.engine import departure, login
from sysmgmt.engine.authorization import check_open
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.request import Caller


class Known(NamedTuple):
    """What the kernel says of a client: its user's number, its process and those above it, nearest first.

    `logged_in` is the number of the user whose login it comes from, if it does and the kernel keeps that.
    """

    uid: int
    processes: Collection[str]
    logged_in: int | None = None


def adopt(house: House, stranger: Caller, known: Known) -> Reply:
    """Make the caller the user whose number the kernel gives.

    The session is the one that was opened for a process of the caller's. If that one was ended
    there is no other, nor for what has outlived its login. A process that runs as the user
    without ever having had a login gets a session of its own.
    Raises LoginNeeded for a number that no user has, SessionEnded, AccountLocked, TooManySessions.
    """
    state = house.box.store.read()
    found = [one for one in state.sessions.values() if one.process in known.processes and one.uid == known.uid]
    for one in found:
        check_open(state, one.id)
    if found:
        return login.greet(house, departure.of(found[0]))
    account = _of(state, known.uid)
    if account is None:
        raise LoginNeeded()
    if known.logged_in == known.uid:
        raise SessionEnded(reason="its login is over")
    if not known.processes:
        raise SessionEnded(reason="its process is gone")
    if account.locked_by:
        raise AccountLocked()
    return login.open_session(house, stranger._replace(user=account.name), login.Login(next(iter(known.processes))))


def _of(state: State, uid: int) -> Account | None:
    return next((one for one in state.accounts.values() if one.uid == uid), None)
