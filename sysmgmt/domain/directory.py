"""A directory (LDAP): how it is reached, and what it says of a user.

No empty password is ever sent to it (RFC 4513 5.1.2).
"""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Port, within
from sysmgmt.domain.secrecy import SECRET

NAME = "ldap"
"""The key of the one directory."""
LDAPS, STARTTLS, CLEAR = "ldaps", "starttls", "ldap"
PROTOCOLS = {LDAPS: 636, STARTTLS: 389, CLEAR: 389}
"""How a server is spoken to, and the usual port (R067)."""
ANSWER_LIMIT = 5
"""Seconds that a server may take for one answer, unless said otherwise."""
SYNC = 10
"""Minutes between two looks at who is in which group, unless said otherwise."""
RIGHT, WRONG, LOCKED, EXPIRED, DISABLED, DUE = VERDICTS = ("right", "wrong", "locked", "expired", "disabled", "due")
"""What a directory says of a password; `due` is a right one that has to be changed there first."""
PERSONS = "(objectClass=person)"
"""Which entries may be users, unless said otherwise."""


class DirectorySettings(NamedTuple):
    """Where users and groups are looked up. `port` is that of both servers; `secondary_server` may be "".

    `group_base_dn` "" is `base_dn`. With `nested_groups` a group within a group counts.
    `search_time_limit` (seconds) bounds every single answer. Members of groups are read every `sync_minutes`.
    """

    name: str
    server: str
    port: Port
    protocol: str
    base_dn: str
    bind_dn: str
    bind_password: Annotated[str, SECRET] = ""
    secondary_server: str = ""
    user_attribute: str = "uid"
    user_filter: str = PERSONS
    group_base_dn: str = ""
    nested_groups: bool = True
    search_time_limit: Annotated[int, within(1, 30)] = ANSWER_LIMIT
    sync_minutes: Annotated[int, within(1, 1440)] = SYNC
    enabled: bool = False

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers, in the order in which they are asked."""
        return tuple(filter(None, (self.server, self.secondary_server)))

    @property
    def groups_below(self) -> str:
        """Where groups are looked up."""
        return self.group_base_dn or self.base_dn


class Entry(NamedTuple):
    """A user or a group of a directory. `id` is its immutable id, which no other entry ever gets.

    `name` is that of the login, or that of the group. `standing` is LOCKED or DISABLED where the directory
    says so of a user.
    """

    id: str
    dn: str
    name: str
    standing: str = ""


class Count(NamedTuple):
    """How many entries there are, and whether the server would not tell of more."""

    number: int
    more: bool = False
