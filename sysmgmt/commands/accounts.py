"""Users."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.password_words import NewPassword, OwnNewPassword, ReplacedPassword
from sysmgmt.commands.words import (
    Groups, Kind, LockedUser, MustChange, MustChangeNext, NewName, NewUser, NewValidHours, RoleName, UserName, UserType,
    ValidHours)
from sysmgmt.domain import accounts, facts, ldap_users
from sysmgmt.domain.model import LOCAL, Account
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import ANYONE, SOUND_BOX, Call, Change, Shown, command
from sysmgmt.engine.reading import Reading


@command(needs=Permission.SECURITY)
def add_user(call: Call, name: NewUser, role: RoleName, password: NewPassword, groups: Groups = (),
             must_change: MustChange = True, valid_hours: ValidHours | None = None,
             type: UserType = Kind()) -> Change:
    """Add a local user, or let a user or the members of a group of the directory (LDAP) in.

    The user must choose a new password at the first login; must_change=no leaves that out, which
    is possible at the security level basic only. With groups the user may act on these
    consistency groups only. With valid_hours the account is temporary: after so many hours it is
    locked and its sessions end. The user is told at each login of the last 14 days, and get_users
    shows its end as valid_until; set_user gives it another one, or none, and unlock_user makes one that
    is over a lasting one.

    With type=ldap_user or type=ldap_group the name is that of a user, or the cn of a group, of the
    directory that config_ldap has set up, as name="Box Operators"; there is no password then. A name can
    be used once: a user of the directory with the name of a local user cannot log in. Who was added himself
    has the role and groups given here, whatever groups of the directory he is in; any other has those of
    the first of these groups in alphabetical order. The immutable id of the entry is kept: one that is
    removed from the directory and made anew, or renamed, has to be removed and added here, too.
    """
    account = Account(name, role, type.type, groups or None, directory_id=type.directory_id)
    account = account._replace(ends_at=accounts.ends_at(account, valid_hours, call.now))
    if type.type == LOCAL:
        account = accounts.new(call.state.settings, account, password, must_change, call.now)
    else:
        account = ldap_users.new(account, password, must_change, call.now)
    return Change(accounts.add(call.state, account), {"name": name, "role": role, **facts.valid_until(account)})


@command(needs=Permission.VIEW)
def get_users(call: Call, name: UserName | None = None) -> Shown:
    """List the users.

    Lock and login details of other users are shown to users with the permission security or
    audit only. A temporary user is shown with the time at which the account ends (valid_until).
    """
    viewer = accounts.find(call.state, call.caller.user)
    only = None if name is None else accounts.chosen(call.state, name)
    return Shown({"users": facts.users(call.state, viewer, only)})


@command(needs=Permission.SECURITY)
def set_user(call: Call, name: UserName, role: RoleName | None = None, groups: Groups | None = None,
             password: NewPassword | None = None, new_name: NewName | None = None,
             must_change: MustChangeNext = False, valid_hours: NewValidHours | None = None) -> Change:
    """Change another user: role, groups, name, time, or a new password for one who forgot it.

    After a reset, or with must_change=yes, as when a password may be known to somebody else, the user
    must choose a new password at the next login; must_change=no leaves that as it is. Both, a new name
    and a role with another shell end the user's open sessions. The new password is not compared with the
    user's last ones: nobody may learn whether a guess is one of them.

    valid_hours makes the account temporary, or gives it another end, counted from now; 0 makes it a lasting
    one. One that was locked at its end is unlocked by that.

    What is set for a group of the directory holds for those who came by it. A role, groups or valid_hours set
    for one of them makes an entry of his own of his. Name and password of a user of the directory are changed there.
    """
    edit = accounts.Edit(new_name, role, groups, password, must_change, valid_hours)
    state = accounts.change(call.state, name, edit, call.caller.user, call.now)
    state = ldap_users.followed(state, new_name or name, call.now)
    still = accounts.still_locked(state, new_name or name) if password else ()
    changed = accounts.find(state, new_name or name)
    return Change(state, {"name": changed.name, **facts.valid_until(changed)}, still)


@command(needs=Permission.SECURITY, reserve=SOUND_BOX)
def remove_user(call: Call, name: UserName) -> Change:
    """Remove a user and end the user's sessions; with a group of the directory, those of all who came by it.

    Who is still in a group of the directory that has an entry comes back at the next login; lock_user shuts
    out.
    """
    return Change(accounts.remove(call.state, name, call.caller.user, call.now), {"name": name})


@command(needs=ANYONE, while_due=True)
def set_password(call: Call, current_password: ReplacedPassword, new_password: OwnNewPassword) -> Change:
    """Change your own password, and end your other open sessions."""
    caller = call.caller._replace(due=False)
    state = accounts.set_own_password(call.state, caller.user, new_password, call.now, caller.session)
    return Change(state, caller=caller)


def _of_lock(reading: Reading, values: Mapping[str, Any]) -> str:
    name = reading.caller.user
    return accounts.own_lock(reading.state, name, reading.now) if values["name"] == name else ""


@command(needs=Permission.SECURITY, asks=_of_lock, reserve=True)
def lock_user(call: Call, name: UserName) -> Change:
    """Lock a user out and end the user's sessions.

    Whoever locks the own account is asked first, since somebody else has to unlock it.
    """
    return Change(accounts.lock(call.state, name, call.now), {"name": name})


@command(needs=Permission.SECURITY, reserve=True)
def unlock_user(call: Call, name: LockedUser) -> Change:
    """Unlock a user and forget the wrong passwords that were counted.

    A temporary account that was locked at its end is a lasting one then; set_user valid_hours= changes an
    end that has not come yet.
    """
    return Change(accounts.unlock(call.state, name, call.now), {"name": name})
