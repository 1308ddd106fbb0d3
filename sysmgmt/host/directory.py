"""A directory, reached over LDAP: its servers, its users and groups, their passwords (R043, R067-R071)."""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sysmgmt.domain.directory import (
    CLEAR, DISABLED, DUE, EXPIRED, LOCKED, PERSONS, RIGHT, STARTTLS, WRONG, Count, Entry)
from sysmgmt.domain.errors import DirectoryFailed, Refusal, ServerUnreachable
from sysmgmt.domain.ldap import Access
from sysmgmt.domain.ldap_syntax import above, equal
from sysmgmt.domain.truststore import Trust
from sysmgmt.host import connections, ldap_messages, memberships
from sysmgmt.host.entries import ANYTHING, GROUPS, Entries
from sysmgmt.host.ldap_messages import BUSY, SUCCESS, UNAVAILABLE, UNWILLING, WRONG_CREDENTIALS, Bound, Query, Talk

if TYPE_CHECKING:
    from ssl import SSLContext

    Context = Callable[[Trust, str], SSLContext]

LONGEST = 60.0
"""Seconds."""
MOST_OF_A_NAME = 2
"""Entries that are asked for where there may be one: a second one shows that the name says too little."""
WINDOWS_PERSONS = "(&(objectCategory=person)(objectClass=user))"
"""Who is a user in Active Directory: its computers are persons, too."""
POLICY = {0: EXPIRED, 1: LOCKED, 2: DUE}
"""Errors of a password policy."""
WINDOWS = {"532": EXPIRED, "701": EXPIRED, "533": DISABLED, "773": DUE, "775": LOCKED}
"""What Active Directory says of a password that it refuses."""
_WINDOWS_CODE = re.compile(r"\bdata ([0-9a-f]+)\b")


class LdapDirectory:
    """`sysmgmt.engine.ports.Directory`; `context` makes what TLS is spoken with.

    No connection lasts longer than `longest` seconds, whatever the server does.
    """

    def __init__(self, context: "Context", longest: float = LONGEST) -> None:
        self._context, self._longest = context, longest

    def check_installed(self) -> None:
        """See the port."""
        ldap_messages.check_installed()

    @contextmanager
    def open(self, access: Access, passed: Callable[[str], None]) -> Iterator["LdapLink"]:
        """See the port."""
        limit, server = access.settings.search_time_limit, access.server
        with connections.telling(server):
            address = connections.resolved(server, access.settings.port, limit)
            passed("name")
            plain = socket.create_connection(address, limit)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with plain, connections.bounded(plain, self._longest):
            passed("port")
            talk = Talk(server, plain, limit)
            with closing(talk):
                if access.settings.protocol != CLEAR:
                    self._protect(talk, access)
                    passed("tls")
                _bind(talk, access)
                passed("bind")
                yield LdapLink(talk, access)

    def _protect(self, talk: Talk, access: Access) -> None:
        """Go on with TLS, once the server is known to be the right one."""
        if access.settings.protocol == STARTTLS:
            talk.start_tls()
        context = self._context(access.trust, access.server)
        with connections.telling(access.server):
            talk.connection = context.wrap_socket(talk.connection, server_hostname=access.server)


class LdapLink:
    """`sysmgmt.engine.ports.DirectoryLink` over a conversation."""

    def __init__(self, talk: Talk, access: Access) -> None:
        self._talk, self._server = talk, access.server
        self._entries = Entries(talk, access)

    @property
    def tls(self) -> str:
        """See the port."""
        version = getattr(self._talk.connection, "version", None)
        return str(version()) if version else ""

    def user(self, name: str) -> Entry | None:
        """See the port."""
        return self._only(name, self._entries.users(self._entries.named(name), MOST_OF_A_NAME))

    def group(self, name: str) -> Entry | None:
        """See the port."""
        return self._only(name, self._entries.groups(equal("cn", name), MOST_OF_A_NAME))

    def _only(self, name: str, found: Sequence[Entry]) -> Entry | None:
        if len(found) > 1:
            raise DirectoryFailed(server=self._server, reason=f"it has several entries with the name {name}")
        return found[0] if found else None

    def groups(self, user: Entry) -> tuple[Entry, ...]:
        """See the port."""
        return memberships.groups(self._entries, user)

    def members(self, group: Entry) -> tuple[Entry, ...]:
        """See the port."""
        return memberships.members(self._entries, group)

    def check(self, user: Entry, password: str) -> str:
        """See the port."""
        if not password or not user.dn:
            return WRONG
        answer = self._talk.bind(user.dn, password)
        if answer.code in (SUCCESS, WRONG_CREDENTIALS, UNWILLING):
            return _verdict(answer)
        raise _not_bound(self._server, answer, password)

    def contexts(self) -> tuple[str, ...]:
        """See the port."""
        return self._entries.contexts

    def bases(self, groups: bool) -> tuple[str, ...]:
        """See the port."""
        contexts = self.contexts()
        wanted = GROUPS if groups else WINDOWS_PERSONS if self._entries.is_active_directory else PERSONS
        found = [one.dn for context in contexts[:1] for one in self._talk.some(Query(context, wanted))]
        return tuple(dict.fromkeys(filter(None, (above(found), *contexts))))

    def check_base(self, dn: str) -> None:
        """See the port."""
        self._talk.search(Query(dn, ANYTHING, alone=True))

    def count_users(self) -> Count:
        """See the port."""
        return self._entries.count_users()

    def count_groups(self) -> Count:
        """See the port."""
        return self._entries.count_groups()


def _bind(talk: Talk, access: Access) -> None:
    """Bind as the service account. Raises DirectoryFailed, ServerUnreachable."""
    answer = talk.bind(access.settings.bind_dn, access.password)
    if answer.code == WRONG_CREDENTIALS:
        raise DirectoryFailed(server=access.server, reason="it refuses the bind DN or its password")
    if answer.code != SUCCESS:
        raise _not_bound(access.server, answer, access.password)


def _not_bound(server: str, answer: Bound, secret: str) -> Refusal:
    words = ldap_messages.reason(answer.code, answer.said, secret)
    kind = ServerUnreachable if answer.code in (BUSY, UNAVAILABLE) else DirectoryFailed
    return kind(server=server, reason=words)


def _verdict(answer: Bound) -> str:
    """What the answer to a user's bind means; whatever is not plainly right is not."""
    if answer.code == SUCCESS:
        return RIGHT if answer.policy is None else POLICY.get(answer.policy, DUE)
    if answer.code == UNWILLING:
        return DISABLED
    windows = _WINDOWS_CODE.search(answer.said)
    found = POLICY.get(answer.policy, WRONG) if answer.policy is not None else WRONG
    return WINDOWS.get(windows[1], found) if windows else found
