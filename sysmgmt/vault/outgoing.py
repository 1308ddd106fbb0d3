"""TLS to others: every connection of the product that goes out is checked here.

A context that `client` makes checks each connection in its handshake, whichever library uses it:
the name, the path to an authority of the truststore, the revocation lists; or that the server
shows the very certificate that is trusted for it.
"""

import socket
import ssl
from typing import Any

from sysmgmt.domain.errors import ServerRefused
from sysmgmt.domain.model import Certificate
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import certificates, paths
from sysmgmt.vault.mutual import VERSIONS, present

NO_VERSION = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION"})
"""What OpenSSL says where both sides speak TLS, but no version of it that both do."""


def client(trust: Trust, server: str, own: str = "") -> ssl.SSLContext:
    """A context for connections to `server`. A handshake with anybody else raises ServerRefused.

    With `own`, key and certificates as PEM, it shows who the box is.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if own:
        present(context, own)
    context.minimum_version = VERSIONS[trust.tls_minimum]
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if trust.authorities:
        context.load_verify_locations(cadata="".join(one.pem for one in trust.authorities))
    if trust.pins:  # then no authority has to vouch for it
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = _checked(ssl.SSLSocket, trust, server)
    context.sslobject_class = _checked(ssl.SSLObject, trust, server)
    return context


def _checked(kind: Any, trust: Trust, server: str) -> Any:
    """A socket whose handshake ends with the check."""
    class Checked(kind):  # type: ignore[misc]
        def do_handshake(self, *args: Any) -> None:
            try:
                super().do_handshake(*args)
            except ssl.SSLCertVerificationError as problem:
                raise ServerRefused(server=server, reason=problem.verify_message) from None
            except ssl.SSLError as problem:
                _check_version(problem, server, trust.tls_minimum)
                raise
            if not self.session_reused:  # a session is known to whom it was begun with, and to nobody else
                paths.verify(shown(self), trust, server)
    return Checked


def _check_version(problem: ssl.SSLError, server: str, minimum: str) -> None:
    """Raise ServerRefused if a handshake failed for want of a version of TLS that both speak."""
    if problem.reason in NO_VERSION:
        raise ServerRefused(server=server, reason=(
            f"it does not speak TLS {minimum}, and the box speaks nothing older (set_tls_minimum)")) from None


def shown(connection: Any) -> tuple[Certificate, ...]:
    """The certificates that the other end has shown, its own first."""
    given = getattr(connection, "get_unverified_chain", None)  # from Python 3.13 on
    if given is not None:
        chain = given()
    else:
        chain = [one.public_bytes(_DER) for one in connection._sslobj.get_unverified_chain() or ()]
    return tuple(certificates.read(one) for one in chain)


_DER = 2
"""What Python's own ssl module calls DER (`_ssl.ENCODING_DER`)."""


def check(trust: Trust, server: str, plain: socket.socket) -> None:
    """Raise ServerRefused, OSError or ValueError unless `server` is at the other end of a connection."""
    client(trust, server).wrap_socket(plain, server_hostname=server).close()


def presented(server: str, minimum: str, plain: socket.socket) -> tuple[Certificate, ...]:
    """What a server shows to anybody: nothing of it is believed. Raises ServerRefused, OSError, ValueError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = VERSIONS[minimum]
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with context.wrap_socket(plain, server_hostname=server) as connection:
            return shown(connection)
    except ssl.SSLError as problem:
        _check_version(problem, server, minimum)
        raise
