"""Roles: the predefined ones, and the rules for new ones (R096-R120)."""

from collections.abc import Collection

from sysmgmt.domain import names
from sysmgmt.domain.errors import (
    InvalidValue, OwnAccount, PermissionNotAssignable, PredefinedRole, RoleExists, RoleInUse, UnknownRole)
from sysmgmt.domain.model import Account, Role, State
from sysmgmt.domain.permissions import NOT_ASSIGNABLE, Permission

ADMINISTRATOR, SYSMGMT, ADMIN_ROLE = "administrator", "sysmgmt", "admin"

PREDEFINED = {
    ADMINISTRATOR: frozenset(Permission),
    SYSMGMT: frozenset({
        Permission.ARRAY_CONFIGURATION, Permission.AUDIT, Permission.BOXMGMT, Permission.DATA_TRANSFER,
        Permission.FAILOVER, Permission.GROUP_CLEAR_SETTINGS, Permission.GROUP_CONFIGURATION, Permission.SECURITY,
        Permission.SPLITTER_CONFIGURATION, Permission.STORAGE_MANAGEMENT, Permission.SYSTEM_CONFIGURATION,
        Permission.TARGET_IMAGE, Permission.UPGRADE, Permission.VIEW}),
    ADMIN_ROLE: frozenset({Permission.BOXMGMT, Permission.VIEW}),
    "monitor": frozenset({Permission.VIEW}),
    "auditor": frozenset({Permission.VIEW, Permission.AUDIT}),
}
"""The guide's three, and monitor and auditor, so that duties can be separated.

Whoever adds a permission decides who of them holds it; administrator always does.
"""


def every(state: State) -> list[Role]:
    """All roles, the predefined ones among them, in alphabetical order of their names.

    The predefined ones are not stored: what they contain is what this release says.
    """
    predefined = [Role(name, tuple(sorted(permissions))) for name, permissions in PREDEFINED.items()]
    return sorted([*predefined, *state.roles.values()])


def find(state: State, name: str) -> Role:
    """The role `name`. Raises UnknownRole."""
    if name in PREDEFINED:
        return Role(name, tuple(sorted(PREDEFINED[name])))
    role = state.roles.get(name)
    if role is None:
        raise names.unknown(UnknownRole, name, [*PREDEFINED, *state.roles])
    return role


def exists(state: State, name: str) -> bool:
    """Whether there is a role `name`."""
    return name in PREDEFINED or name in state.roles


def permissions_of(state: State, name: str) -> Collection[str]:
    """The permissions of the role `name`; none if it does not exist."""
    if name in PREDEFINED:
        return PREDEFINED[name]
    role = state.roles.get(name)
    return role.permissions if role else ()


def holds(state: State, account: Account, permission: str) -> bool:
    """Whether the role of `account` contains `permission`."""
    return permission in permissions_of(state, account.role)


def shell(name: str) -> str:
    """What the users of a role work with: the role itself for one that has the menu, else '' (R118)."""
    return name if name in (ADMINISTRATOR, ADMIN_ROLE) else ""


def add(state: State, name: str, permissions: tuple[Permission, ...]) -> State:
    """Add a role (R113, R114). Raises RoleExists, PermissionNotAssignable."""
    if exists(state, name):
        raise RoleExists(name=name)
    return state._replace(roles=state.roles.put(name, Role(name, assignable(permissions))))


def modify(state: State, name: str, new_name: str | None, permissions: tuple[Permission, ...] | None,
           caller: str) -> State:
    """Rename a role or replace its permissions (R059, R123).

    Raises InvalidValue, UnknownRole, PredefinedRole, OwnAccount, RoleExists, PermissionNotAssignable.
    """
    role = changeable(state, name)
    if new_name is None and permissions is None:
        raise InvalidValue(what="Give at least one of permissions and new_name")
    account = state.accounts.get(caller)
    if account is not None and account.role == name:
        raise OwnAccount()
    if new_name is not None and new_name != name and exists(state, new_name):
        raise RoleExists(name=new_name)
    changed = Role(new_name or name, role.permissions if permissions is None else assignable(permissions))
    return _replace(state, name, changed)


def _replace(state: State, name: str, changed: Role) -> State:
    accounts = state.accounts
    if changed.name != name:
        for holder in holders(state, name):
            account = accounts.get(holder)
            assert account is not None
            accounts = accounts.put(holder, account._replace(role=changed.name))
    return state._replace(roles=state.roles.without(name).put(changed.name, changed), accounts=accounts)


def remove(state: State, name: str) -> State:
    """Remove a role that nobody has (R060). Raises UnknownRole, PredefinedRole, RoleInUse."""
    changeable(state, name)
    if users := holders(state, name):
        raise RoleInUse(name=name, users=", ".join(users))
    return state._replace(roles=state.roles.without(name))


def holders(state: State, name: str) -> list[str]:
    """The users that have the role `name`, in alphabetical order."""
    return [account.name for account in state.accounts.values() if account.role == name]


def changeable(state: State, name: str) -> Role:
    """The role `name`, if it may be changed. Raises UnknownRole, PredefinedRole."""
    role = find(state, name)
    if name in PREDEFINED:
        raise PredefinedRole(name=name)
    return role


def assignable(permissions: tuple[Permission, ...]) -> tuple[str, ...]:
    """`permissions` and View, sorted (R113, R114). Raises PermissionNotAssignable."""
    for permission in permissions:
        if permission in NOT_ASSIGNABLE:
            raise PermissionNotAssignable(permission=permission.value)
    return tuple(sorted({permission.value for permission in permissions} | {Permission.VIEW.value}))
