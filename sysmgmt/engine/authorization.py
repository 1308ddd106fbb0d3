"""Who may do what: checked on a snapshot, and again if the state moved on before the lock."""

from sysmgmt.domain import accounts, conditions, groups, roles
from sysmgmt.domain.errors import (
    AlreadyInstalled, LoginNeeded, MustChangePassword, NotInstalled, PermissionDenied, SafeState, SessionEnded,
    UnknownCommand)
from sysmgmt.domain.lockout import FINAL
from sysmgmt.domain.model import Account, Session, State
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import iso
from sysmgmt.engine.declaration import ANYONE, BEFORE_INSTALLATION, EVERYBODY, OWN_WORK, Call, Command, Shown
from sysmgmt.engine.request import Caller

ENABLING = "enable_advanced_support_commands makes it known until the end of this session."


def authorise(state: State, caller: Caller, command: Command) -> None:
    """Return if `caller` may run `command` now (R094, R119).

    Raises AlreadyInstalled, NotInstalled, LoginNeeded, SessionEnded, MustChangePassword,
    PermissionDenied, SafeState; UnknownCommand for an advanced one that has not been enabled (R245).
    """
    if command.needs in (EVERYBODY, OWN_WORK):
        return
    if command.needs == BEFORE_INSTALLATION:
        if state.installed:
            raise AlreadyInstalled(date=iso(state.settings.installed_at))
        return
    if not state.installed:
        raise NotInstalled()
    account = standing(state, caller)
    if command.advanced and not caller.advanced:
        unknown = UnknownCommand(name=command.name)
        if holds(state, account, command.needs):  # he may have it shown, and see which there are
            raise UnknownCommand(str(unknown), ENABLING)
        raise unknown
    if caller.due and not command.while_due:
        raise MustChangePassword()
    if not holds(state, account, command.needs):
        raise PermissionDenied(command=command.name, permission=command.needs)
    helps = command.reserve is True or command.while_due
    if command.kind is not Shown and not helps and conditions.is_unsafe(state):
        raise SafeState()


def standing(state: State, caller: Caller) -> Account:
    """The account of a caller whose session may go on. Raises LoginNeeded, SessionEnded."""
    if not caller.user:
        raise LoginNeeded()
    account = state.accounts.get(caller.user)
    if account is None:
        raise SessionEnded(reason="the user was removed")
    if account.locked_by in FINAL:
        raise SessionEnded(reason="the user was locked")
    check_open(state, caller.session)
    return account


def check_open(state: State, session: str) -> Session:
    """The session, which is open. Raises SessionEnded."""
    found = state.sessions.get(session)
    if found is None or found.ended:
        raise SessionEnded(reason=found.ended if found else "it is no longer open")
    return found


def holds(state: State, account: Account, needs: Permission | str) -> bool:
    """Whether the role of `account` contains what a command needs."""
    return needs in (ANYONE, EVERYBODY) or roles.holds(state, account, needs)


def makes_room(state: State, name: str, console: bool = False) -> bool:
    """Whether `name` is somebody who can make room on a full disk, and whom nobody else has locked by guessing.

    What is left of a disk is theirs: whoever may only look, or guesses passwords, could use it up.
    """
    account = state.accounts.get(name)
    return account is not None and roles.holds(state, account, Permission.SECURITY) and (
        console or not account.locked_by)


def may_use_reserve(state: State, name: str, needs: str) -> bool:
    """Whether `name` has the permission of a command that may use reserved space, and nobody has shut him out."""
    account = state.accounts.get(name)
    return account is not None and holds(state, account, needs) and account.locked_by not in FINAL


def may_confirm(state: State, user: str, needs: str) -> bool:
    """Whether somebody has the permission that a change needs which waits for its confirmation."""
    account = state.accounts.get(user)
    return account is not None and holds(state, account, needs)


def check_scope(state: State, caller: Caller, command: Command, texts: dict[str, str]) -> None:
    """Raise PermissionDenied if the command is about a group that is not the caller's (R095).

    The text is compared before it is looked up, so that nobody learns which groups exist.
    """
    account = state.accounts.get(caller.user)
    if not command.scope or account is None:
        return
    group = texts.get(command.scope)
    if group is not None and not groups.allowed(account, group.lower()):
        raise PermissionDenied(command=command.name, permission=f"{command.needs} on group {group.lower()}")


def own_or(call: Call, needs: Permission, name: str | None) -> str:
    """The user that a command is about: the caller, or another one with the permission `needs`.

    Raises PermissionDenied, UnknownUser, InvalidValue for a group of the directory.
    """
    user = name or call.caller.user
    if user != call.caller.user and not holds(call.state, accounts.find(call.state, call.caller.user), needs):
        raise PermissionDenied(command="Another user", permission=needs)
    return accounts.person(call.state, user).name
