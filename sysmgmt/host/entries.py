"""The entries of a directory that are users and groups, as the settings say which those are."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

from sysmgmt.domain.directory import Count, Entry
from sysmgmt.domain.errors import DirectoryFailed
from sysmgmt.domain.ldap import Access
from sysmgmt.domain.ldap_standing import READ, standing
from sysmgmt.domain.ldap_syntax import equal, within
from sysmgmt.host.connections import LONGEST_WORDS
from sysmgmt.host.ldap_messages import Found, Query, Talk

ANYTHING = "(objectClass=*)"
GROUPS = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=group))"
STANDARD_ID, WINDOWS_ID = "entryUUID", "objectGUID"
IDS = (STANDARD_ID, WINDOWS_ID)
ACTIVE_DIRECTORY = b"1.2.840.113556.1.4.800"
"""What the root of an Active Directory says that it can do."""


class Entries:
    """Looks users and groups up. Everything raises DirectoryFailed, ServerUnreachable."""

    def __init__(self, talk: Talk, access: Access) -> None:
        self._talk, self._server, self.settings = talk, access.server, access.settings
        self._now = access.trust.now

    def named(self, name: str) -> str:
        """The condition that a user has this login name."""
        return equal(self.settings.user_attribute, name)

    def users(self, condition: str, size: int = 0) -> list[Entry]:
        """The users on whom a condition holds."""
        return self._entries(self._users(condition, size), self.settings.user_attribute)

    def groups(self, condition: str, size: int = 0) -> list[Entry]:
        """The groups on which a condition holds."""
        return self._entries(self._groups(condition, size), "cn")

    def user_at(self, dn: str) -> Entry | None:
        """The user with this DN."""
        query = self._users(f"({self.settings.user_attribute}=*)")
        if not within(dn, query.base):
            return None
        found = self._entries(query._replace(base=dn, alone=True, absent=True), self.settings.user_attribute)
        return found[0] if found else None

    def group_at(self, dn: str, attributes: Sequence[str]) -> Found | None:
        """These attributes of the group with this DN."""
        if not within(dn, self.settings.groups_below):
            return None
        found = self._talk.search(Query(dn, GROUPS, attributes, alone=True, absent=True))
        return found[0] if found else None

    def count_users(self) -> Count:
        """How many users there are."""
        return self._talk.count(self._users(f"({self.settings.user_attribute}=*)")._replace(attributes=()))

    def count_groups(self) -> Count:
        """How many groups there are."""
        return self._talk.count(self._groups(ANYTHING)._replace(attributes=()))

    @cached_property
    def _root(self) -> Found:
        wanted = ("defaultNamingContext", "namingContexts", "supportedCapabilities")
        found = self._talk.search(Query("", ANYTHING, wanted, alone=True))
        return found[0] if found else Found("", {})

    @property
    def contexts(self) -> tuple[str, ...]:
        """Where entries begin, the likeliest first."""
        return tuple(dict.fromkeys(self._root.texts("defaultNamingContext", "namingContexts")))

    @property
    def is_active_directory(self) -> bool:
        """Whether the server says that it is one."""
        return ACTIVE_DIRECTORY.decode() in self._root.texts("supportedCapabilities")

    def failed(self, reason: str) -> DirectoryFailed:
        """What is raised because of the directory."""
        return DirectoryFailed(server=self._server, reason=reason)

    def _users(self, condition: str, size: int = 0) -> Query:
        wanted = (*IDS, *READ, self.settings.user_attribute)
        return Query(self.settings.base_dn, f"(&{self.settings.user_filter}{condition})", wanted, size=size)

    def _groups(self, condition: str, size: int = 0) -> Query:
        return Query(self.settings.groups_below, f"(&{GROUPS}{condition})", (*IDS, "cn"), size=size)

    def _entries(self, query: Query, called: str) -> list[Entry]:
        return [Entry(_id(one, self._server), one.dn, [*one.texts(called), ""][0], _standing(one, self._now))
                for one in self._talk.search(query)]


def _standing(one: Found, now: float) -> str:
    return standing({name: values[0] for name in READ if (values := one.texts(name))}, now)


def _id(one: Found, server: str) -> str:
    from uuid import UUID  # expensive, and most commands ask no directory

    windows = one.attributes.get(WINDOWS_ID.lower())
    if windows and len(windows[0]) == 16:
        return str(UUID(bytes_le=windows[0]))
    for standard in one.texts(STANDARD_ID)[:1]:
        with suppress(ValueError):  # what is none is not kept: it may have any length
            return str(UUID(standard))
    raise DirectoryFailed(server=server, reason=f"the entry {one.dn[:LONGEST_WORDS]} has no {STANDARD_ID} and no "
                                                f"{WINDOWS_ID}, or the bind DN may not read them")
