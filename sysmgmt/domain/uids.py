"""The number that the operating system knows a user by, in service mode. None is given twice."""

from sysmgmt.domain.errors import UidsExhausted
from sysmgmt.domain.model import Account, State

FIRST, LAST = 70000, 99999
"""Free of the ranges of adduser, systemd and subuid, and small enough for lastlog."""


def reserve(state: State, first: int, last: int) -> State:
    """Give numbers from now on, and one to everybody who has none. Raises UidsExhausted."""
    following = state.settings.uids[2] if state.settings.uids else first
    state = state._replace(settings=state.settings._replace(uids=(first, last, max(first, following))))
    for account in state.accounts.values():
        state = give(state, account)
    return state


def give(state: State, account: Account) -> State:
    """The state in which `account` stands with a number, where numbers are given. Raises UidsExhausted."""
    if account.uid is None and state.settings.uids:
        first, last, following = state.settings.uids
        if following > last:
            raise UidsExhausted(first=first, last=last)
        account = account._replace(uid=following)
        state = state._replace(settings=state.settings._replace(uids=(first, last, following + 1)))
    return state._replace(accounts=state.accounts.put(account.name, account))
