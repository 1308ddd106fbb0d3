"""What comes over the socket of boxmgmtd, and from partners."""

import hashlib
import json
import socket
from contextlib import suppress

from sysmgmt.domain import partner_messages
from sysmgmt.service import values
from sysmgmt.service.varlink import described
from sysmgmt.service.wire import Garbled, Wire


def service(data: bytes) -> None:
    """Messages are read one after the other until one is none; each holds a request, an answer, or is refused."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        wire = Wire(ours)
        with suppress(Garbled):
            while (message := wire.receive()) is not None:
                _take(message)


def _take(message: dict[str, object]) -> None:
    """What the service, and a client, do with a message."""
    parameters = message.get("parameters")
    given = parameters if isinstance(parameters, dict) else {}
    json.dumps(described(str(message.get("method")), given))
    with suppress(Garbled):
        one = values.request_or_answer(given)
        assert values.request_or_answer(json.loads(json.dumps(values.plain(one)))) == one
    with suppress(Garbled):
        values.answer(given)


def partner(data: bytes) -> None:
    """What a partner says is read or refused; what was read is written and read again."""
    for line in (data, hashlib.sha256(data).hexdigest().encode() + b" " + data):
        with suppress(ValueError):
            found = partner_messages.read(line)
            assert partner_messages.read(partner_messages.written(found)) == found
