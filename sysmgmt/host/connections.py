"""Connections of the box to others: found, bounded in time, and their failures in words."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sysmgmt.domain.errors import ServerUnreachable

LONGEST_WORDS = 100
"""Characters of what a server says."""


def resolved(server: str, port: int) -> tuple[str, int]:
    """Where a server is. Raises OSError."""
    found = socket.getaddrinfo(server, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0]), port


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


def words(problem: Exception) -> str:
    """Why there is no connection."""
    import ssl  # expensive, and there is a connection already that needed it

    if isinstance(problem, ssl.SSLError):
        return f"no TLS connection comes about ({problem.reason or 'it was cut off'})"
    if isinstance(problem, (socket.gaierror, UnicodeError)):
        return "its name is not known"
    if isinstance(problem, TimeoutError):
        return "it does not answer"
    return (problem.strerror if isinstance(problem, OSError) else None) or "the connection broke off"


def printable(text: bytes | str) -> str:
    """What a server says, safe to show."""
    found = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    return "".join(one for one in " ".join(found.split()) if " " <= one <= "~")[:LONGEST_WORDS]
