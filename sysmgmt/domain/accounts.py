"""Users: adding, changing, locking and removing them (R042-R066, R092)."""

from typing import NamedTuple

from sysmgmt.domain import levels, lockout, names, passwords, roles, security, sessions, ssh_keys, uids
from sysmgmt.domain.errors import (
    InvalidValue, KeptInDirectory, OwnAccount, PredefinedUser, UnknownGroup, UnknownUser, UserExists)
from sysmgmt.domain.model import ADMIN, LDAP_GROUP, LDAP_USER, LOCAL, Account, Settings, State
from sysmgmt.domain.times import HOUR


_RULES = {LDAP_USER: names.LDAP_USER, LDAP_GROUP: names.LDAP_GROUP}
OTHER_SHELL = "the role of the user was changed"


class Edit(NamedTuple):
    """What `change` replaces; None leaves it as it is. `groups` () stands for all groups.

    The account is temporary for `valid_hours` from now on; with 0 it is a lasting one.
    """

    new_name: str | None = None
    role: str | None = None
    groups: tuple[str, ...] | None = None
    password: str | None = None
    must_change: bool = False
    valid_hours: int | None = None


def named(kind: str, text: str) -> str:
    """What an entry of this kind is called, in the form in which that is kept. Raises InvalidValue."""
    return names.kept(text, _RULES.get(kind, names.NAME))


def is_well_named(account: Account) -> bool:
    """Whether a stored entry is called as a command would have let it be."""
    fits = names.fits(account.name, _RULES.get(account.type, names.NAME))
    return fits and names.canonical(account.name) == account.name


def find(state: State, name: str) -> Account:
    """The entry `name`. Raises UnknownUser."""
    account = state.accounts.get(name)
    if account is None:
        raise UnknownUser(name=name)
    return account


def chosen(state: State, name: str) -> Account:
    """The entry that somebody has named. Raises UnknownUser, with the names that may have been meant."""
    if name not in state.accounts:
        raise names.unknown(UnknownUser, name, list(state.accounts))
    return find(state, name)


def person(state: State, name: str) -> Account:
    """The user `name`, who is somebody and no group. Raises UnknownUser, InvalidValue."""
    account = chosen(state, name)
    if account.type == LDAP_GROUP:
        raise InvalidValue(what=f"{name} is a group of the directory and not a user")
    return account


def check_new_name(state: State, name: str) -> None:
    """Raise UserExists, or InvalidValue for a name that nobody may have."""
    if name in state.accounts:
        raise UserExists(name=name)
    if name in names.RESERVED:
        raise InvalidValue(what=f"The name {name} is reserved")


def new(settings: Settings, account: Account, password: str, must_change: bool, now: float) -> Account:
    """A new user with a first password, given as its hash. Raises InvalidValue.

    The user must choose another one at the first login, unless the level leaves that open.
    """
    if not must_change and levels.rules_of(settings).forces_change:
        raise InvalidValue(what=f"must_change=no is not possible at the security level {settings.level}")
    return passwords.store(account, password, now)._replace(must_change_password=must_change)


def add(state: State, account: Account) -> State:
    """Add a user (R042, R062). Raises UserExists, InvalidValue, UnknownRole, UnknownGroup."""
    check_new_name(state, account.name)
    roles.find(state, account.role)
    _check_groups(state, account.groups)
    return uids.give(state, account)


def change(state: State, name: str, edit: Edit, caller: str, now: float) -> State:
    """Change another user (R059, R066, R092).

    A new password is a reset: the user must choose another at the next login. That, a new name,
    and a role with another shell end the user's sessions. One who was locked at the end of the time is so no longer
    where that is changed.
    Raises UnknownUser, PredefinedUser, OwnAccount, UserExists, UnknownRole, UnknownGroup, InvalidValue.
    """
    account = chosen(state, name)
    if edit == Edit():
        raise InvalidValue(
            what="Give at least one of role, groups, password, new_name, valid_hours and must_change=yes; "
                 "must_change=no leaves that as it is")
    if name == ADMIN and edit._replace(password=None, must_change=False) != Edit():
        raise PredefinedUser(name=name)
    if caller in (name, *(one.name for one in granted(state, account))):
        raise OwnAccount()
    if account.type != LOCAL and (edit.password is not None or edit.must_change or edit.new_name is not None):
        raise KeptInDirectory(name=name)
    changed = _renewed(_edited(state, account, edit), edit, now)
    if changed == account:
        return state
    if reason := _ends_sessions(account, changed):
        state = sessions.cut_all(state, name, reason, now)
    state = state._replace(accounts=state.accounts.without(name))
    if changed.name != name:
        check_new_name(state, changed.name)
        changed = changed._replace(pending=())  # who began to log in as somebody else will not come back for it
        state = ssh_keys.rename(state, name, changed.name)
    return put(state, changed)


def ends_at(account: Account, valid_hours: int | None, now: float) -> float | None:
    """When an account ends that is valid for so many hours; None, or none at all, for a lasting one.

    Raises InvalidValue for a group: it is nobody.
    """
    if valid_hours and account.type == LDAP_GROUP:
        raise InvalidValue(what="valid_hours is for a single user")
    return now + valid_hours * HOUR if valid_hours else None


def granted(state: State, group: Account) -> list[Account]:
    """The users who came by a group of the directory."""
    if group.type != LDAP_GROUP:
        return []
    return [one for one in state.accounts.values() if one.granted_by == group.name]


def _ends_sessions(old: Account, new: Account) -> str:
    """Why the sessions of a user who was changed cannot go on; '' if they can."""
    if new.name != old.name:
        return "the user was renamed"
    if roles.shell(new.role) != roles.shell(old.role):
        return OTHER_SHELL
    if new.password != old.password:
        return "the password was reset"
    return "the password must be changed" if new.must_change_password and not old.must_change_password else ""


def _edited(state: State, account: Account, edit: Edit) -> Account:
    if edit.role is not None:
        account = account._replace(role=roles.find(state, edit.role).name)
    if edit.groups is not None:
        account = account._replace(groups=edit.groups or None)
        _check_groups(state, account.groups)
    if account.granted_by:  # what is set for himself stands, whatever the group has
        account = account._replace(granted_by="")
    return account if edit.new_name is None else account._replace(name=edit.new_name)


def _renewed(account: Account, edit: Edit, now: float) -> Account:
    """The account with another password, or one that is due, and with another end."""
    if edit.password is not None:
        account = passwords.store(account, edit.password, now)
    if edit.must_change or edit.password is not None:
        account = account._replace(must_change_password=True)
    if edit.valid_hours is not None:
        account = lockout.ending(account, ends_at(account, edit.valid_hours, now), now)
    return account


def remove(state: State, name: str, caller: str, now: float) -> State:
    """Remove a user, with a group those who came by it, and end their sessions (R048, R064).

    Raises UnknownUser, PredefinedUser, OwnAccount.
    """
    account = chosen(state, name)
    if name == ADMIN:
        raise PredefinedUser(name=name)
    gone = [account, *granted(state, account)]
    if caller in [one.name for one in gone]:
        raise OwnAccount()
    for one in gone:
        state = without(state, one, "the user was removed", now)
    return state


def without(state: State, account: Account, reason: str, now: float) -> State:
    """The state without somebody, whose sessions are over for a `reason`, and without the SSH keys."""
    state = ssh_keys.remove_all(sessions.cut_all(state, account.name, reason, now), account.name)
    return state._replace(accounts=state.accounts.without(account.name))


def lock(state: State, name: str, now: float) -> State:
    """Lock a user on purpose and end the user's sessions. Raises UnknownUser, InvalidValue for a group."""
    account = person(state, name)
    if account.locked_by in lockout.FINAL:
        return state
    return sessions.cut_all(put(state, lockout.lock(account, now)), name, "the user was locked", now)


def own_lock(state: State, name: str, now: float) -> str:
    """What a user has to confirm who locks the own account. Raises LastSecurityUser."""
    locked = lock(state, name, now)
    security.check(locked)
    others = [f"{one.name}{'' if one.last_login_at else ' (who has never logged in)'}"
              for one in locked.accounts.values() if security.secures(locked, one)]
    return (f"This locks your own account and ends your sessions; you depend on somebody else to unlock it: "
            f"{', '.join(others)}. Lock it?")


def unlock(state: State, name: str, now: float) -> State:
    """Unlock a user and forget the wrong passwords (R089). Raises UnknownUser."""
    account = chosen(state, name)
    unlocked = lockout.unlock(account, now)
    return state if unlocked == account else put(state, unlocked)


def set_own_password(state: State, name: str, encoded: str, now: float, session: str = "") -> State:
    """Store the password that the user `name` chose in `session` (R065). Raises PasswordTooYoung.

    The user's other sessions are over: one of them may be that of somebody who knew the old one.
    """
    account = find(state, name)
    passwords.check_age(account, levels.rules_of(state.settings), now)
    state = sessions.cut_all(state, name, "the password was changed in another session", now, but=session)
    return put(state, passwords.store(account, encoded, now)._replace(own_change_at=now))


def put(state: State, account: Account) -> State:
    """The state in which `account` stands under its name."""
    return state._replace(accounts=state.accounts.put(account.name, account))


def still_locked(state: State, name: str) -> tuple[str, ...]:
    """What to know about a user who has a new password and cannot use it yet."""
    locked = find(state, name).locked_by
    return (f"User {name} is still locked; unlock_user name={name} unlocks.",) if locked else ()


def locked(state: State) -> list[str]:
    """The names of the locked users, in alphabetical order."""
    return [account.name for account in state.accounts.values() if account.locked_by]


def _check_groups(state: State, groups: tuple[str, ...] | None) -> None:
    for group in groups or ():
        if group not in state.groups:
            raise names.unknown(UnknownGroup, group, list(state.groups))
