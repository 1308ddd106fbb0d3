"""Consistency groups, to which authorization can be limited (R095)."""

from sysmgmt.domain import names
from sysmgmt.domain.errors import GroupExists, GroupInUse, UnknownGroup
from sysmgmt.domain.model import Account, Group, State


def add(state: State, name: str) -> State:
    """Add a group. Raises GroupExists."""
    if name in state.groups:
        raise GroupExists(name=name)
    return state._replace(groups=state.groups.put(name, Group(name)))


def remove(state: State, name: str) -> State:
    """Remove a group to which nobody is limited. Raises UnknownGroup, GroupInUse."""
    if name not in state.groups:
        raise names.unknown(UnknownGroup, name, list(state.groups))
    if users := [account.name for account in state.accounts.values() if name in (account.groups or ())]:
        raise GroupInUse(name=name, users=", ".join(users))
    return state._replace(groups=state.groups.without(name))


def allowed(account: Account, group: str) -> bool:
    """Whether `account` may act on `group`."""
    return account.groups is None or group in account.groups
