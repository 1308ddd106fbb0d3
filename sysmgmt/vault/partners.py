"""Asking a partner: step by step, so that whoever waits learns which one fails."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sysmgmt.domain import certificates, partner_messages
from sysmgmt.domain.errors import InvalidValue, PartnerFailed, ServerUnreachable
from sysmgmt.domain.model import Partner
from sysmgmt.domain.partner_messages import Heard, Message, Proof
from sysmgmt.domain.partners import CERTIFICATE, EXCHANGE, NAME, PORT, TLS
from sysmgmt.vault import lines, mutual

PATIENCE = 10.0
"""Seconds that a partner may take for one step."""
CERTIFICATES = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")
"""What the alerts of TLS have in them that are about a certificate."""


def found(one: Partner, place: Callable[[str, int], tuple[str, int]]) -> tuple[str, int]:
    """Where a partner is, as `place` says. Raises PartnerFailed."""
    try:
        return place(one.address, one.port)
    except ServerUnreachable as refusal:
        raise PartnerFailed(name=one.name, step=NAME, reason=refusal.facts["reason"]) from None


def ask(one: Partner, there: tuple[str, int], proof: Proof | None, message: Message) -> Heard:
    """See the port; `there` is where the partner is."""
    with _opened(one, there) as plain:
        connection = plain if proof is None else _secured(one, plain, proof, message.time)
        with connection:
            began = time.monotonic()
            heard = _exchanged(one, connection, message)
            took = time.monotonic() - began
            version, suite = _spoken(connection)
            return Heard(heard, there[0], version, suite, took)


@contextmanager
def _step(one: Partner, step: str) -> Iterator[None]:
    """What goes wrong in a step, as the refusal that names it."""
    try:
        yield
    except (OSError, ValueError) as problem:
        told = isinstance(problem, ssl.SSLError) and any(word in (problem.reason or "") for word in CERTIFICATES)
        raise PartnerFailed(name=one.name, step=CERTIFICATE if told else step,
                            reason="the partner does not know the certificate of this box; change_cluster_certificate "
                                   "there gives it to it" if told else _words(step, problem)) from None


def _words(step: str, problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "it does not answer"
    if isinstance(problem, ssl.SSLError):
        return (f"no TLS connection comes about ({problem.reason or 'it was cut off'}); "
                "both sides need the same communication security level, and a version of TLS that both speak")
    if step == EXCHANGE and isinstance(problem, OSError):
        return ("it hung up without an answer: it may not know this box, or know it under another name, "
                "or have another communication security level")
    return str(problem.strerror if isinstance(problem, OSError) and problem.strerror else problem)


def _opened(one: Partner, there: tuple[str, int]) -> socket.socket:
    with _step(one, PORT):
        return socket.create_connection(there, PATIENCE)


def _secured(one: Partner, plain: socket.socket, proof: Proof, now: float) -> ssl.SSLSocket:
    """The connection, in TLS with the partner and nobody else."""
    with _step(one, TLS):
        connection = mutual.client(proof).wrap_socket(plain)
    try:
        _check(one, connection, now)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(one: Partner, connection: ssl.SSLSocket, now: float) -> None:
    wanted = one.certificate
    try:
        shown = mutual.shown(connection)
    except InvalidValue:
        shown = None
    if shown is None or shown.fingerprint != wanted.fingerprint:
        other = shown.fingerprint if shown else "none that can be read"
        raise PartnerFailed(name=one.name, step=CERTIFICATE, reason=(
            f"it shows the certificate {other}, and {wanted.fingerprint} is expected; if it has a new one, "
            "change_cluster_certificate makes it known here"))
    for wrong in certificates.faults(shown, now):
        raise PartnerFailed(name=one.name, step=CERTIFICATE, reason=f"its certificate cannot be used: {wrong}")


def _exchanged(one: Partner, connection: socket.socket, message: Message) -> Message:
    with _step(one, EXCHANGE):
        with suppress(OSError):  # why it has hung up stands in what it sent before
            connection.sendall(partner_messages.written(message))
        return partner_messages.read(lines.read(connection, partner_messages.LONGEST, PATIENCE))


def _spoken(connection: socket.socket) -> tuple[str, str]:
    """The version of TLS and the suite; "" without TLS."""
    if not isinstance(connection, ssl.SSLSocket):
        return "", ""
    suite = connection.cipher()
    return (connection.version() or "").removeprefix("TLSv"), suite[0] if suite else ""
