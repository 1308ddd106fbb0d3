"""Users of a directory among those of the box: who lets them in, and as what (R043, R094).

A user gets the role and the groups of his own entry. Who has none gets those of the first entry, in
alphabetical order, for a group of the directory that he is in: never the sum of several.
Users and groups are known by their name together with the immutable id that the directory gives them,
so that whoever gets the name of somebody else inherits nothing.
"""

from collections.abc import Iterable

from sysmgmt.domain import accounts, roles, sessions, uids
from sysmgmt.domain.directory import NAME, Entry
from sysmgmt.domain.errors import InvalidValue, UserExists
from sysmgmt.domain.model import LDAP_GROUP, LDAP_USER, Account, State
from sysmgmt.domain.names import canonical

GONE = "the directory does not let the user in any more"
UNUSED = "the directory is not in use any more"


def is_own(account: Account | None) -> bool:
    """Whether a user of the directory was added himself."""
    return account is not None and account.type == LDAP_USER and not account.granted_by


def is_meant(account: Account, entry: Entry) -> bool:
    """Whether an entry of the directory is the one that was added to the box."""
    return account.directory_id == entry.id and account.name == canonical(entry.name)


def granting(state: State, groups: Iterable[Entry]) -> Account | None:
    """The entry that lets in whoever is in these groups of the directory."""
    for one in sorted(groups, key=lambda one: canonical(one.name)):
        found = state.accounts.get(canonical(one.name))
        if found is not None and found.type == LDAP_GROUP and is_meant(found, one):
            return found
    return None


def mapped(state: State) -> list[Account]:
    """The groups of the directory that let their members in, in alphabetical order."""
    return [one for one in state.accounts.values() if one.type == LDAP_GROUP]


def new(account: Account, password: str, must_change: bool, now: float) -> Account:
    """A new user or group of the directory. Raises InvalidValue where a password or its change is asked for."""
    if password or not must_change:
        raise InvalidValue(what="Passwords of the directory are kept and changed there: give neither password nor "
                                "must_change")
    return account._replace(enabled_at=now)


def admit(state: State, user: Entry, by: Account, now: float) -> State:
    """The state in which a member of the group `by` is a user, with its role and groups.

    Somebody else who had the name before is removed. Raises UserExists, InvalidValue for a name that
    nobody may have, UidsExhausted.
    """
    name = accounts.named(LDAP_USER, user.name)
    old = state.accounts.get(name)
    if old is not None and (old.type != LDAP_USER or is_own(old)):
        raise UserExists(name=name)
    if old is not None and old.directory_id != user.id:
        state, old = accounts.without(state, old, "the name belongs to somebody else", now), None
    if old is None:
        accounts.check_new_name(state, name)
        old = Account(name, by.role, type=LDAP_USER, enabled_at=now, directory_id=user.id)
    return following(state, old._replace(granted_by=by.name), by, now)


def following(state: State, account: Account, by: Account, now: float) -> State:
    """The state in which a user who came by a group has its role and groups, as they are now."""
    if roles.shell(account.role) != roles.shell(by.role):
        state = sessions.cut_all(state, account.name, accounts.OTHER_SHELL, now)
    account = account._replace(role=by.role, groups=by.groups)
    return state if state.accounts.get(account.name) == account else uids.give(state, account)


def followed(state: State, name: str, now: float) -> State:
    """The state in which those who came by the group `name` follow it, if it is one."""
    group = accounts.find(state, name)
    for one in accounts.granted(state, group):
        state = following(state, one, group, now)
    return state


def dismiss(state: State, name: str, kept: bool, now: float) -> State:
    """The state in which a user of the directory is not let in: his sessions are over.

    Who came by a group is forgotten, but for his number; who is to be `kept`, was added himself, or is locked,
    stays in the table.
    """
    found = state.accounts.get(name)
    if found is None or found.type != LDAP_USER:
        return state
    if kept or is_own(found) or found.locked_by:
        return sessions.cut_all(state, name, GONE, now)
    return accounts.without(state, found, GONE, now)


def dismiss_all(state: State, now: float) -> State:
    """The state in which the sessions of all users of the directory are over: it is not in use any more."""
    for one in sessions.opened(state):
        account = state.accounts.get(one.user)
        if account is not None and account.type == LDAP_USER:
            state = sessions.cut(state, one, UNUSED, now)
    return state


def without_another(before: State, state: State, now: float) -> State:
    """The state, with the sessions of users of the directory over if it is not in use any more, or another one."""
    return state if _in_use(before) in (None, _in_use(state)) else dismiss_all(state, now)


def _in_use(state: State) -> tuple[object, ...] | None:
    """By what the directory that is in use is known; None if there is none."""
    one = state.directories.get(NAME)
    return (one.servers, one.base_dn) if one is not None and one.enabled else None
