"""The wire: Varlink's framing, one JSON object and a NUL byte, so that standard tools can talk to it.

Sizes in bytes, times in seconds. Whatever comes in is bounded: a message in size, the time from
its first byte to its last, and its depth (Python's own limit of recursion).
"""

import json
import socket
import time
from typing import Any

INTERFACE = "io.boxmgmt"
MOST_BYTES = 32 * 1024 * 1024
"""One message: an --atomic batch of 16 MiB, quoted."""
MOST_BYTES_OF_STRANGERS = 64 * 1024
SLOWEST = 10.0
"""From the first byte of a message to its last."""


class Garbled(Exception):
    """What came in is no message; the connection is of no more use."""


class Wire:
    """One end of a connection."""

    def __init__(self, connection: socket.socket, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._connection = connection
        self._rest = b""

    def send(self, message: dict[str, Any]) -> None:
        """Send one message. Raises OSError."""
        self._connection.sendall(json.dumps(message).encode() + b"\0")

    def receive(self, wait: float | None = None) -> dict[str, Any] | None:
        """The next message; None at the end. `wait` bounds the time until its first byte.

        Raises Garbled, TimeoutError, OSError.
        """
        parts = [self._rest]
        self._connection.settimeout(wait if not self._rest else SLOWEST)
        deadline, size = time.monotonic() + SLOWEST, len(self._rest)
        while b"\0" not in parts[-1]:
            chunk = self._connection.recv(65536)
            if not chunk:
                return None
            if size == 0:
                deadline = time.monotonic() + SLOWEST
            parts.append(chunk)
            size += len(chunk)
            if size > self.most_bytes:
                raise Garbled("too long")
            self._connection.settimeout(max(0.001, deadline - time.monotonic()))
        text, _, self._rest = b"".join(parts).partition(b"\0")
        return decoded(text)


def decoded(text: bytes) -> dict[str, Any]:
    """The JSON object that `text` is. Raises Garbled."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Garbled("no JSON") from None
    if not isinstance(message, dict):
        raise Garbled("no object")
    return message
