"""One partner at the door: who it is, what it says, and what it is answered. Nothing else is offered here."""

import socket
import ssl
from typing import NamedTuple

from sysmgmt.domain import names, partner_messages, partners, truststore
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import Partner, State
from sysmgmt.domain.partner_messages import Message
from sysmgmt.vault import lines, mutual, revocations

PATIENCE = 5.0
"""Seconds that a partner may take, for the handshake and for what it says each."""
UNTOLD = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How somebody goes away in a handshake, as everybody does who only looks what TLS is spoken here."""


class Stranger(Exception):
    """Somebody who is no partner; the text says why."""


class Terms(NamedTuple):
    """On which terms partners are received: whom `state` knows, in TLS with `context`, or at the level none without."""

    state: State
    context: ssl.SSLContext | None


def begun(plain: socket.socket, terms: Terms) -> socket.socket:
    """A connection that may have to be secured first; nothing has been received yet."""
    plain.settimeout(PATIENCE)
    if terms.context is None:
        return plain
    return terms.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)


def receive(connection: socket.socket, terms: Terms, own: Message) -> None:
    """Hear a partner and answer it. Raises Stranger for anybody else, OSError for whoever goes away."""
    known = _identified(connection, terms.state) if isinstance(connection, ssl.SSLSocket) else None
    try:
        said = partner_messages.read(lines.read(connection, partner_messages.LONGEST, PATIENCE))
    except ValueError as problem:
        raise Stranger(str(problem)) from None
    if known is None:
        known = terms.state.partners.get(names.canonical(said.name))
    if known is None or names.canonical(said.name) != known.name:
        raise Stranger(f"it calls itself {said.name}" + (f", and is known as {known.name}" if known else ""))
    if said.communication_level != own.communication_level:
        raise Stranger(f"its communication security level is {said.communication_level}")
    connection.settimeout(PATIENCE)
    connection.sendall(partner_messages.written(own))


def _identified(connection: ssl.SSLSocket, state: State) -> Partner:
    """The partner whose certificate is shown. Raises Stranger, OSError."""
    try:
        connection.do_handshake()
        shown = mutual.shown(connection)
    except UNTOLD:
        raise ConnectionResetError from None
    except ssl.SSLCertVerificationError as problem:
        raise Stranger(f"its certificate is not accepted: {problem.verify_message}") from None
    except InvalidValue as problem:
        raise Stranger(str(problem)) from None
    except ssl.SSLError as problem:
        if problem.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
            raise Stranger("it shows no certificate") from None
        raise
    found = partners.by_fingerprint(state, shown.fingerprint) if shown else None
    if found is None:
        raise Stranger(f"it shows the certificate {shown.fingerprint if shown else 'none'}")
    for objection in revocations.named(found.certificate, truststore.lists(state)):
        raise Stranger(objection)
    return found
