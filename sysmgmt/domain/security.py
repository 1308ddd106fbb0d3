"""Security level and session policy (R076-R090, R125), and what must hold whatever happens."""

from sysmgmt.domain import passwords, roles
from sysmgmt.domain.errors import LastSecurityUser
from sysmgmt.domain.lockout import BY_COMMAND
from sysmgmt.domain.model import ADMIN, Account, State
from sysmgmt.domain.permissions import Permission

SHORTEST_IDLE, LONGEST_IDLE = 60, 1800
"""Bounds of the idle timeout in seconds."""


def set_level(state: State, level: str) -> State:
    """Change the security level; High makes every user choose a new password (R084, R087)."""
    if level == state.settings.level:
        return state
    settings = state.settings._replace(level=level, hashing=passwords.LEVELS[level].hashing)
    state = state._replace(settings=settings)
    if not passwords.LEVELS[level].forces_change:
        return state
    accounts = state.accounts
    for name, account in accounts.items():
        accounts = accounts.put(name, account._replace(must_change_password=True))
    return state._replace(accounts=accounts)


def made_due(old: State, new: State) -> list[str]:
    """The users who must choose a new password since the level was changed, in alphabetical order."""
    if old.settings.level == new.settings.level or not passwords.rules_of(new.settings).forces_change:
        return []
    return list(new.accounts)


def secures(state: State, account: Account) -> bool:
    """Whether `account` is one that keeps the box manageable: local, with Security, not locked on purpose."""
    return (account.type == "local" and account.locked_by != BY_COMMAND
            and Permission.SECURITY in roles.permissions_of(state, account.role))


def check(state: State) -> None:
    """What must hold after every command that changes the state. Raises LastSecurityUser.

    Admin is looked at first, so that the usual check does not depend on how many users there are.
    """
    admin = state.accounts.get(ADMIN)
    if admin is not None and secures(state, admin):
        return
    if not any(secures(state, account) for account in state.accounts.values()):
        raise LastSecurityUser()
