"""Who is in the groups of a directory that have entries, so that the machine knows them before they come.

sshd and login ask nobody whose name the machine does not know. Whether somebody comes in is found out at the
login itself, whatever was known before.
"""

from collections.abc import Iterator, Mapping

from sysmgmt.domain import ldap_users, names, sessions
from sysmgmt.domain.directory import DISABLED, Entry
from sysmgmt.domain.model import LDAP_USER, Account, State
from sysmgmt.engine import ldap_servers
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ldap_users import NOBODY, admit
from sysmgmt.engine.own_work import work
from sysmgmt.engine.ports import DirectoryLink
from sysmgmt.engine.request import SYSTEM

Members = Mapping[str, tuple[Entry, Account]]
"""Users of the directory by name, each with the entry that lets him in."""


def synchronise(house: House) -> None:
    """Let in who is a member now; end the sessions of who is none, is disabled there, or there no more.

    Raises any refusal; nobody is dismissed unless the whole directory has answered.
    """
    state = house.box.store.read()
    with ldap_servers.opened(house.box, state) as link:
        members = _members(state, link)
        gone = [*_gone(state, members), *_missing(state, link)]
    for user, by in members.values():
        _admit(house, state, user, by)
    for name in gone:
        _dismiss(house, name)
    for name in _disabled(state, members):
        _dismiss(house, name, kept="yes")


def _members(state: State, link: DirectoryLink) -> Members:
    found: dict[str, tuple[Entry, Account]] = {}
    for by in ldap_users.mapped(state):
        group = link.group(by.name)
        for user in link.members(group) if group and ldap_users.is_meant(by, group) else ():
            found.setdefault(names.canonical(user.name), (user, by))  # the first group in the alphabet
    return {name: one for name, one in found.items() if names.fits(name, names.LDAP_USER)}


def _gone(state: State, members: Members) -> Iterator[str]:
    """Who came by a group and is in none any more."""
    for one in state.accounts.values():
        if one.granted_by and (one.name not in members or members[one.name][0].id != one.directory_id):
            if not one.locked_by or sessions.of(state, one.name):
                yield one.name


def _missing(state: State, link: DirectoryLink) -> Iterator[str]:
    """Who was added himself, has a session, and is not in the directory any more, or disabled there."""
    for name in dict.fromkeys(one.user for one in sessions.opened(state)):
        account = state.accounts.get(name)
        if account is not None and account.type == LDAP_USER and not account.granted_by:
            user = link.user(name)
            if user is None or user.standing == DISABLED or not ldap_users.is_meant(account, user):
                yield name


def _disabled(state: State, members: Members) -> Iterator[str]:
    """Who came by a group, has a session, and is disabled in the directory."""
    for name, (user, _) in members.items():
        if user.standing == DISABLED and sessions.of(state, name):
            yield name


def _dismiss(house: House, name: str, **more: str) -> None:
    work(house, "dismiss_ldap_user", {"name": name, **more})


def _admit(house: House, state: State, user: Entry, by: Account) -> None:
    """Let a member in; where somebody else has the name, he stays outside, as at a login."""
    try:
        if ldap_users.admit(state, user, by, house.box.clock.now()) is not state:
            admit(house, SYSTEM, user, by.name)
    except NOBODY:
        return
