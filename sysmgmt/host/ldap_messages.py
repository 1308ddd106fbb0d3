"""LDAP messages over a connection that is there already, packed and unpacked by the library ldap3 (RFC 4511).

The library may not open a connection by itself, as it would when a server hangs up before a bind:
the password would go to whoever answers. It follows no referral.

Why ldap3: it is Python alone, while python-ldap has to be compiled against libldap (7 s, gcc and two Debian
packages). It leaves TLS to Python, and with it to the truststore: names, revocation lists, pinned certificates,
and a reason in words; libldap of Debian says `(unknown error code)` to a wrong authority and to a wrong name
alike. Against it stand its age (2.9.1 is of 2021, a newer release has been asked for since 2025; python-ldap
3.4.8 is of 2026), so that this module alone uses it, for packing and unpacking only, and its speed: a bind and a
search took 3-5 ms with python-ldap, 50 ms with ldap3, 5-20 ms with ldap3 over the connections made here.
"""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, NamedTuple

from sysmgmt.domain.directory import Count
from sysmgmt.domain.errors import DirectoryFailed, LdapNotInstalled, ServerUnreachable
from sysmgmt.host import connections

SUCCESS, TIME_LIMIT, SIZE_LIMIT, REFERRAL, NO_SUCH_ENTRY, WRONG_CREDENTIALS = 0, 3, 4, 10, 32, 49
BUSY, UNAVAILABLE, UNWILLING = 51, 52, 53
STARTTLS = "1.3.6.1.4.1.1466.20037"
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"
PAGES = "1.2.840.113556.1.4.319"
PAGE = 500
"""Entries that are asked for at a time: what a directory gives everybody."""
MOST, GRACE = 64 << 20, 5.0
"""Bytes of an answer, and seconds beyond the limit that it may take as a whole."""
MOST_OF_FEW = 1 << 18
"""Bytes where a few entries are asked for, as at each login: what the library makes of them has 50 times as many."""
MESSAGE = b"\x30"
"""With this every message begins."""
REASONS = {
    TIME_LIMIT: "its time limit ended the search",
    SIZE_LIMIT: "its size limit ended the search",
    REFERRAL: "it refers to another server, which is never followed",
    8: "it wants another way to log in than a password", 13: "it wants an encrypted connection",
    50: "the bind DN may not read that", UNWILLING: "it is unwilling to do that"}


class Query(NamedTuple):
    """What is searched: entries below `base` (or itself `alone`) that match a filter, up to `size` of them.

    Where `base` may be `absent`, that it is not there is no failure.
    """

    base: str
    filter: str
    attributes: Sequence[str] = ()
    alone: bool = False
    size: int = 0
    absent: bool = False


class Found(NamedTuple):
    """An entry, its attributes by their names in lower case."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def texts(self, *names: str) -> list[str]:
        """The values of these attributes, in their order."""
        return [one.decode("utf-8", "replace") for name in names for one in self.attributes.get(name.lower(), ())]


class Bound(NamedTuple):
    """The answer to a bind: result code, what the server says, and the error of its password policy, if any."""

    code: int
    said: str
    policy: int | None


class Metered:
    """A connection on which an answer has an end: the library would gather one without."""

    def __init__(self, connection: socket.socket, limit: float) -> None:
        self._connection, self._limit = connection, limit
        self._read, self._until = 0, time.monotonic() + limit
        self.most = MOST

    def sendall(self, data: bytes) -> None:
        """Send a request; what is read from here on is its answer."""
        self._read, self._until = 0, time.monotonic() + self._limit
        self._connection.sendall(data)

    def recv(self, most: int) -> bytes:
        """The next bytes. Raises OSError."""
        found = self._connection.recv(most)
        if found and not self._read and not found.startswith(MESSAGE):
            raise ConnectionError("its answer is no message")
        self._read += len(found)
        if self._read > self.most or time.monotonic() > self._until:
            raise ConnectionError("its answer has no end")
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Talk:
    """A conversation with a server. Everything raises ServerUnreachable where it does not answer within `limit`."""

    def __init__(self, server: str, connection: socket.socket, limit: float) -> None:
        self._server, self._limit = server, limit
        self._library = library()
        self._talk = _of_library(self._library, server)
        self.connection = connection

    @property
    def connection(self) -> socket.socket:
        """What it goes over."""
        return self._connection

    @connection.setter
    def connection(self, new: socket.socket) -> None:
        new.settimeout(self._limit)
        self._connection = new
        self._metered = Metered(new, self._limit + GRACE)
        self._talk.socket, self._talk.closed, self._talk.listening = self._metered, False, True

    def start_tls(self) -> None:
        """Ask the server to go on with TLS. Raises DirectoryFailed."""
        with self._telling():
            self._talk.extended(STARTTLS)
        if self._talk.result["result"] != SUCCESS:
            raise DirectoryFailed(server=self._server, reason="it offers no STARTTLS")

    def bind(self, dn: str, password: str) -> Bound:
        """Send one bind. Nobody may be bound without a name or a password: a server would answer success."""
        assert dn and password
        self._talk.user, self._talk.password = dn, password.encode("utf-8", "surrogatepass")
        self._talk.authentication = self._library.SIMPLE
        try:
            with self._telling():
                self._talk.bind(read_server_info=False, controls=[(PASSWORD_POLICY, False, None)])
        finally:
            self._talk.password = self._talk.request = None
        answer = self._talk.result
        return Bound(answer["result"], str(answer.get("message") or ""), _policy(answer))

    def search(self, query: Query) -> list[Found]:
        """What matches, all of it or up to the size that was asked for. Raises DirectoryFailed."""
        found: list[Found] = []
        for page, code in self._pages(query):
            found += page
            if code == SIZE_LIMIT and 0 < query.size <= len(found) or code == NO_SUCH_ENTRY and query.absent:
                break
            if code != SUCCESS:
                raise self._refused(query.base)
        return found

    def some(self, query: Query) -> list[Found]:
        """The first page of what matches, as far as the server tells. Raises DirectoryFailed."""
        page, code = next(self._pages(query))
        if code not in (SUCCESS, SIZE_LIMIT, TIME_LIMIT):
            raise self._refused(query.base)
        return page

    def count(self, query: Query) -> Count:
        """How many match, as far as the server tells: it may have limits. Raises DirectoryFailed."""
        number = 0
        for page, code in self._pages(query):
            number += len(page)
            if code in (SIZE_LIMIT, TIME_LIMIT):
                return Count(number, True)
            if code != SUCCESS:
                raise self._refused(query.base)
        return Count(number)

    def _pages(self, query: Query) -> Iterator[tuple[list[Found], int]]:
        """What matches, page by page, each with its result code."""
        cookie = b""
        while True:
            page, cookie = self._page(query, cookie)
            yield page, self._talk.result["result"]
            if not cookie:
                return

    def _page(self, query: Query, cookie: bytes) -> tuple[list[Found], bytes]:
        paged = {} if query.size or query.alone else {"paged_size": PAGE, "paged_cookie": cookie or None}
        self._metered.most = MOST_OF_FEW if query.size else MOST
        with self._telling():
            self._talk.search(
                query.base, query.filter, self._library.BASE if query.alone else self._library.SUBTREE,
                dereference_aliases=self._library.DEREF_NEVER, attributes=list(query.attributes) or None,
                size_limit=query.size, time_limit=max(1, int(self._limit)), **paged)
            page = [Found(one["dn"], {name.lower(): values for name, values in one["raw_attributes"].items()})
                    for one in self._talk.response or () if one["type"] == "searchResEntry"]
            control = (self._talk.result.get("controls") or {}).get(PAGES)
            return page, control["value"]["cookie"] if control else b""

    def _refused(self, base: str) -> DirectoryFailed:
        answer = self._talk.result
        if answer["result"] == NO_SUCH_ENTRY:
            return DirectoryFailed(server=self._server, reason=f"it has no entry {base}, or the bind DN may not see it")
        return DirectoryFailed(server=self._server, reason=reason(answer["result"], answer.get("message")))

    def close(self) -> None:
        """Hang up."""
        with suppress(Exception):  # whatever happens, it is over
            self._talk.unbind()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        from ldap3.core.exceptions import LDAPExceptionError
        from pyasn1.error import PyAsn1Error

        try:
            yield
        except (LDAPExceptionError, OSError):
            raise ServerUnreachable(server=self._server, reason="it hung up, or does not answer") from None
        except (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise ServerUnreachable(server=self._server, reason="it does not speak LDAP as it should") from None


def reason(code: int, said: object, secret: str = "") -> str:
    """What a result code means, with what the server says besides, but for a `secret` that it was told."""
    found = REASONS.get(code, f"it answered with the result code {code}")
    words = connections.said(str(said or ""), secret)
    return f"{found} ({words})" if words else found


def library() -> Any:
    """The library. Raises LdapNotInstalled."""
    check_installed()
    import ldap3

    return ldap3


def check_installed() -> None:
    """Raise LdapNotInstalled where the library is not there; it is not loaded for that."""
    if find_spec("ldap3") is None:
        raise LdapNotInstalled()


def _of_library(library: Any, server: str) -> Any:
    """The library's side of a conversation, which may not open a connection."""
    class Given(library.Connection):  # type: ignore[misc]
        def open(self, *args: Any, **more: Any) -> None:
            raise ConnectionError("the server hung up")
    there = library.Server(server, get_info=library.NONE)
    talk = Given(there, client_strategy=library.SYNC, auto_referrals=False, auto_range=False, check_names=False,
                 auto_escape=False)
    talk.strategy._outstanding = {}  # what its own open() would do besides
    return talk


def _policy(answer: Mapping[str, Any]) -> int | None:
    """The error in the answer of a password policy (draft-behera-ldap-password-policy): its tag is [1]."""
    control = (answer.get("controls") or {}).get(PASSWORD_POLICY)
    value = bytes(control["value"] or b"") if control else b""
    at = value.rfind(b"\x81\x01")
    return value[at + 2] if at >= 0 and len(value) == at + 3 else None
