"""Syslog over TLS, TCP or UDP (RFC 5424, RFC 5425): what is sent counts once nobody has refused it."""

import fcntl
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sysmgmt.domain.errors import DeliveryFailed
from sysmgmt.domain.syslog import TLS, Relay
from sysmgmt.domain.truststore import Trust
from sysmgmt.host import connections

if TYPE_CHECKING:
    from ssl import SSLContext

    Context = Callable[[Trust, str, str], SSLContext]

PATIENCE = 10.0
"""Seconds for a connection, and for messages to be taken."""
SECOND_THOUGHTS = 1.0
"""Seconds in which a server refuses a certificate: with TLS 1.3 that comes after the handshake."""
MOST_SAID = 64
"""Pieces of what a server says that are read at a time; syslog has no answers."""
UNSENT = 0x5411
"""TIOCOUTQ: bytes that the other machine has not acknowledged."""


class SyslogSender:
    """`sysmgmt.engine.ports.Sender`; `context` makes what TLS is spoken with."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    def open(self, relay: Relay, passed: Callable[[str], None]) -> "SyslogLink":
        """See the port."""
        with connections.telling(relay.server):
            address = connections.resolved(relay.server, relay.port)
            passed("name")
            plain = _connected(address, relay.protocol)
        link = None
        try:
            passed("port")
            link = SyslogLink(relay, self._spoken(relay, plain) if relay.protocol == TLS else plain)
            if relay.protocol == TLS:
                link.check(SECOND_THOUGHTS if relay.key else 0.1)
                passed("tls")
            return link
        except BaseException:
            (link or plain).close()
            raise

    def _spoken(self, relay: Relay, plain: socket.socket) -> socket.socket:
        """The connection with TLS."""
        context = self._context(relay.trust, relay.server, relay.key + relay.certificates)
        with connections.telling(relay.server), connections.bounded(plain, PATIENCE):
            return context.wrap_socket(plain, server_hostname=relay.server)


class SyslogLink:
    """`sysmgmt.engine.ports.remotes.Link` over a connection."""

    def __init__(self, relay: Relay, connection: socket.socket) -> None:
        self._server = relay.server
        self._counts = relay.protocol != "udp"
        self._connection = connection

    def send(self, messages: Sequence[bytes]) -> None:
        """See the port; each with its size before it, so that it may have lines."""
        self._connection.settimeout(PATIENCE)
        with _failing(self._server):
            if self._counts:
                self._connection.sendall(b"".join(b"%d %s" % (len(one), one) for one in messages))
            else:
                for one in messages:
                    self._connection.send(one)

    def check(self, seconds: float = 0.0) -> None:
        """See the port."""
        import ssl

        if not self._counts:
            return
        deadline = time.monotonic() + seconds
        with _failing(self._server):
            try:
                for _ in range(MOST_SAID):
                    self._connection.settimeout(max(0.0, deadline - time.monotonic()))
                    if not self._connection.recv(1024):  # whatever a syslog server says
                        raise ConnectionResetError("it hung up")
            except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
                return
        raise DeliveryFailed(server=self._server, reason="it talks and talks, as no syslog server does")

    def under_way(self) -> int:
        """See the port."""
        if not self._counts:
            return 0
        found = fcntl.ioctl(self._connection.fileno(), UNSENT, bytes(4))
        return int(struct.unpack("i", found)[0])

    def close(self) -> None:
        """See the port."""
        with suppress(OSError):
            self._connection.close()


def _connected(address: tuple[str, int], protocol: str) -> socket.socket:
    if protocol != "udp":
        return socket.create_connection(address, PATIENCE)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    found = socket.socket(family, socket.SOCK_DGRAM)
    found.connect(address)
    return found


@contextmanager
def _failing(server: str) -> Iterator[None]:
    import ssl

    try:
        yield
    except ssl.SSLError as problem:
        raise DeliveryFailed(server=server, reason=f"it ended the connection ({problem.reason})") from None
    except OSError as problem:
        raise DeliveryFailed(server=server, reason=problem.strerror or "it hung up, or does not answer") from None
