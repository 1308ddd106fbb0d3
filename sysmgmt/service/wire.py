"""The wire: Varlink's framing, one JSON object and a NUL byte, so that standard tools can talk to it.

Sizes in bytes, times in seconds. Whatever comes in is bounded: a message in size, the time from
its first byte to its last, and its depth (Python's own limit of recursion).
"""

import json
import socket
import time
from typing import Any

INTERFACE = "io.boxmgmt"
MOST_BYTES = 52 * 1024 * 1024
"""One message: an --atomic batch of 16 MiB, which JSON may write with three times as many."""
MOST_BYTES_OF_STRANGERS = 512 * 1024
"""One message: two lines of 64 KiB, the same way."""
CHUNK = 64 * 1024
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
        """Send one message. Raises OSError, Garbled if the other end does not take it."""
        self._connection.settimeout(SLOWEST)
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\0")
        except TimeoutError:
            raise Garbled("not taken") from None

    def receive(self, wait: float | None = None) -> dict[str, Any] | None:
        """The next message; None at the end. `wait` bounds the time until its first byte.

        Raises Garbled, TimeoutError after `wait`, OSError.
        """
        parts, size = [self._rest], 0
        self._connection.settimeout(wait)
        if not self._rest:
            parts.append(self._connection.recv(CHUNK))
        deadline = time.monotonic() + SLOWEST
        while b"\0" not in parts[-1]:
            size += len(parts[-1])
            if size > self.most_bytes:
                raise Garbled("too long")
            parts.append(self._before(deadline))
            if not parts[-1]:
                return None
        text, _, self._rest = b"".join(parts).partition(b"\0")
        return decoded(text)

    def _before(self, deadline: float) -> bytes:
        """What comes next. Raises Garbled if that is too late, OSError."""
        self._connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return self._connection.recv(CHUNK)
        except TimeoutError:
            raise Garbled("too slow") from None


def decoded(text: bytes) -> dict[str, Any]:
    """The JSON object that `text` is. Raises Garbled."""
    try:
        message = json.loads(text.decode())
    except (ValueError, RecursionError):
        raise Garbled("no JSON") from None
    if not isinstance(message, dict):
        raise Garbled("no object")
    return message
