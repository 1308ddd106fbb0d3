"""One call to boxmgmtd from a helper program of PAM or sshd: small, since every login waits for it."""

import socket
import struct
from collections.abc import Mapping
from typing import Any

from sysmgmt.service.wire import INTERFACE, Garbled, Wire

PATIENCE = 60.0
"""Seconds that an answer may take: a password waits for its turn."""


class Unanswered(Exception):
    """boxmgmtd does not run, or would not answer."""


def ask(path: str, method: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of the reply to one call over the socket at `path`. Raises Unanswered."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            # Blocking: with a time limit of Python's own a full queue of others would be a refusal at once.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE), 0))
            connection.connect(path)
            connection.settimeout(PATIENCE)
            wire = Wire(connection)
            wire.send({"method": f"{INTERFACE}.{method}", "parameters": dict(parameters)})
            reply = wire.receive(PATIENCE)
        except (OSError, Garbled):
            raise Unanswered from None
    if reply is None or "error" in reply or not isinstance(reply.get("parameters"), dict):
        raise Unanswered
    found: dict[str, Any] = reply["parameters"]
    return found
