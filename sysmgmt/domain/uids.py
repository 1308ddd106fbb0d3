"""The number that the operating system knows a user by, in service mode. None is given twice.

A user of a directory gets the one that he had before.
"""

from sysmgmt.domain.errors import UidsExhausted
from sysmgmt.domain.model import LDAP_GROUP, Account, DirectoryUid, State

FIRST, LAST = 70000, 99999
"""Free of the ranges of adduser, systemd and subuid, and small enough for lastlog."""


def reserve(state: State, first: int, last: int) -> State:
    """Give numbers from now on, and one to everybody who has none. Raises UidsExhausted."""
    following = state.settings.uids[2] if state.settings.uids else first
    state = state._replace(settings=state.settings._replace(uids=(first, last, max(first, following))))
    for account in state.accounts.values():
        state = give(state, account)
    return state


def lacks(account: Account) -> bool:
    """Whether somebody has no number who needs one where numbers are given."""
    return account.uid is None and account.type != LDAP_GROUP


def give(state: State, account: Account) -> State:
    """The state in which `account` stands with a number, where numbers are given. Raises UidsExhausted."""
    known = state.directory_uids.get(account.directory_id)
    if known is not None and state.settings.uids:
        account = account._replace(uid=known.uid)
    elif lacks(account) and state.settings.uids:
        first, last, following = state.settings.uids
        if following > last:
            raise UidsExhausted(first=first, last=last)
        account = account._replace(uid=following)
        state = state._replace(settings=state.settings._replace(uids=(first, last, following + 1)))
        if account.directory_id:
            state = state._replace(directory_uids=state.directory_uids.put(
                account.directory_id, DirectoryUid(account.directory_id, following)))
    return state._replace(accounts=state.accounts.put(account.name, account))
