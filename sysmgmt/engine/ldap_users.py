"""Users of a directory at the doors of the box: looked up, let in, and their passwords checked by one bind.

Nothing is kept of a login that would let the same user in again: the directory is asked every time.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from sysmgmt.domain import directory, ldap_users
from sysmgmt.domain.directory import Entry
from sysmgmt.domain.errors import (
    DirectoryUnreachable, InvalidValue, NotInDirectory, PasswordDueInDirectory, Refusal, ServiceRefused, UnknownUser,
    UserExists)
from sysmgmt.domain.model import LDAP_USER, State
from sysmgmt.domain.names import canonical
from sysmgmt.engine import ldap_servers, own_work
from sysmgmt.engine.attempt import Ticket, begin, work
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Box, DirectoryLink
from sysmgmt.engine.request import Caller

DUE = frozenset({directory.EXPIRED, directory.DUE})
"""Verdicts over passwords that are right."""
NOBODY = (UserExists, InvalidValue, ServiceRefused)
"""Why a member of a group cannot be a user of the box: somebody else has the name, here or on the machine."""


def entry_id(box: Box, state: State, kind: str, name: str) -> str:
    """The immutable id of a user or a group of the directory. Raises NotInDirectory, and as `ldap_servers.opened`."""
    with ldap_servers.opened(box, state) as link:
        found = link.user(name) if kind == LDAP_USER else link.group(name)
    if found is None or canonical(found.name) != name:
        raise NotInDirectory(kind="user" if kind == LDAP_USER else "group", name=name)
    return found.id


def prove(house: House, caller: Caller, password: str) -> Ticket:
    """A counted attempt whose password the directory has found right.

    Raises DirectoryUnreachable, PasswordDueInDirectory; UnknownUser or AccountLocked for any other.
    """
    with ExitStack() as stack:
        link, user = _admitted(house, caller, stack)
        ticket = begin(house, caller, caller.user)
        try:
            with _told_as_unreachable():
                verdict = link.check(user, password)
        except DirectoryUnreachable:
            work(house, "withdraw_attempt", ticket)
            raise
    if verdict == directory.RIGHT and user.standing == directory.DISABLED:
        verdict = directory.DISABLED
    if verdict in DUE:
        work(house, "give_attempt_back", ticket, verified="")
        raise PasswordDueInDirectory()
    if verdict != directory.RIGHT:
        work(house, "count_wrong_password", ticket, verdict=verdict)
        raise UnknownUser(name=caller.user)
    return ticket


def check_in(house: House, caller: Caller) -> None:
    """Return if the directory lets the caller in now, who has proven who it is, perhaps by a key.

    Raises UnknownUser, also for one who is locked or disabled there, DirectoryUnreachable.
    """
    with ExitStack() as stack:
        _, user = _admitted(house, caller, stack)
    if user.standing:
        raise UnknownUser(name=caller.user)


def look(house: House, name: str) -> None:
    """Look somebody up in vain: a stranger may not see by time or answer who is a local user.

    Raises DirectoryUnreachable.
    """
    with suppress(UnknownUser), ExitStack() as stack:
        _found(house, name, stack)


def _admitted(house: House, caller: Caller, stack: ExitStack) -> tuple[DirectoryLink, Entry]:
    """A user of the directory who is let in, and stands in the table of users with the role that he has now.

    Raises UnknownUser, DirectoryUnreachable.
    """
    link, user = _found(house, caller.user, stack)
    state = house.box.store.read()
    account = state.accounts.get(caller.user)
    if account is not None and ldap_users.is_own(account):
        if not ldap_users.is_meant(account, user):
            raise UnknownUser(name=caller.user)
        return link, user
    with _told_as_unreachable():
        by = ldap_users.granting(state, link.groups(user))
    if by is None:
        raise UnknownUser(name=caller.user)
    try:
        if ldap_users.admit(state, user, by, house.box.clock.now()) is not state:
            admit(house, caller, user, by.name)
    except NOBODY:
        raise UnknownUser(name=caller.user) from None
    return link, user


def admit(house: House, caller: Caller, user: Entry, by: str) -> None:
    """Let a member of a group of the directory be a user of the box. Raises any refusal."""
    texts = {"name": canonical(user.name), "directory_id": user.id, "group": by}
    own_work.work(house, "admit_ldap_user", texts, caller)


def _found(house: House, name: str, stack: ExitStack) -> tuple[DirectoryLink, Entry]:
    """The user of the directory with this very name. Raises UnknownUser, DirectoryUnreachable."""
    state = house.box.store.read()
    settings = state.directories.get(directory.NAME)
    if settings is None or not settings.enabled:
        raise UnknownUser(name=name)
    with _told_as_unreachable():
        link = stack.enter_context(ldap_servers.opened(house.box, state))
        user = link.user(name)
    if user is None or canonical(user.name) != name:
        raise UnknownUser(name=name)
    return link, user


@contextmanager
def _told_as_unreachable() -> Iterator[None]:
    """Whatever keeps the directory from being asked: what exactly is told to those who are logged in."""
    try:
        yield
    except Refusal:
        raise DirectoryUnreachable() from None
