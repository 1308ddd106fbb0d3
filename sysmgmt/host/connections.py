"""Connections of the box to others: found, bounded in time, and their failures in words."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sysmgmt.domain.errors import ServerUnreachable
from sysmgmt.domain.secrecy import MASK
from sysmgmt.host import starttls

Place = tuple[str, int]
"""The address and the port of a server."""
LONGEST_WORDS = 100
"""Characters of what a server says."""
PATIENCE = 10.0
"""Seconds that name servers may take, unless said otherwise; and that a server may for a moment's connection."""


def resolved(server: str, port: int, limit: float = PATIENCE) -> Place:
    """Where a server is. Raises OSError, also where no name server has answered within `limit` seconds.

    The machine's own resolver may take half a minute, and cannot be told to take less.
    """
    from queue import Empty, SimpleQueue  # most commands speak to nobody
    from threading import Thread

    told: SimpleQueue[Place | Exception] = SimpleQueue()
    Thread(target=_look_up, args=(server, port, told.put), daemon=True).start()
    try:
        found = told.get(timeout=limit)
    except Empty:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from None
    if isinstance(found, Exception):
        raise found
    return found


def _look_up(server: str, port: int, tell: Callable[[Place | Exception], None]) -> None:
    try:
        tell((str(socket.getaddrinfo(server, port, type=socket.SOCK_STREAM)[0][4][0]), port))
    except (OSError, UnicodeError) as problem:
        tell(problem)


@contextmanager
def bounded(plain: socket.socket, longest: float) -> Iterator[None]:
    """Cut the connection after `longest` seconds: a server may also answer one byte at a time."""
    from threading import Timer  # most commands speak to nobody

    same = plain.dup()  # TLS takes the first one over
    timer = Timer(longest, _cut, (same,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        same.close()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def telling(server: str) -> Iterator[None]:
    """Raise ServerUnreachable, which says why, for what goes wrong with a connection."""
    try:
        yield
    except (OSError, ValueError) as problem:
        raise ServerUnreachable(server=server, reason=words(problem)) from None


def place(server: str, port: int) -> Place:
    """Where a server is. Raises ServerUnreachable."""
    with telling(server):
        return resolved(server, port)


@contextmanager
def connected(server: str, port: int, protocol: str = "") -> Iterator[socket.socket]:
    """A connection for a moment, on which a server that speaks a `protocol` has been asked for TLS.

    Raises ServerUnreachable for whatever goes wrong as long as it is there.
    """
    with telling(server), socket.create_connection(resolved(server, port), PATIENCE) as plain, \
            bounded(plain, PATIENCE):
        if protocol:
            starttls.ask(plain, protocol)
        yield plain


def words(problem: Exception) -> str:
    """Why there is no connection."""
    import ssl  # expensive, and there is a connection already that needed it

    if isinstance(problem, ssl.SSLError):
        return f"no TLS connection comes about ({problem.reason or 'it was cut off'})"
    if isinstance(problem, socket.gaierror) and problem.errno == socket.EAI_AGAIN:
        return "no name server says where it is"
    if isinstance(problem, (socket.gaierror, UnicodeError)):
        return "its name is not known"
    if isinstance(problem, TimeoutError):
        return "it does not answer"
    return (problem.strerror if isinstance(problem, OSError) else None) or "the connection broke off"


def said(text: bytes | str, secret: str = "") -> str:
    """What a server says, safe to show; it may repeat a `secret` that it was told."""
    found = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if secret:  # now: what is left out below would make another text of it
        found = found.replace(secret, MASK)
    return "".join(one for one in " ".join(found.split()) if " " <= one <= "~")[:LONGEST_WORDS]
