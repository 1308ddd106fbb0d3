"""The wire: Varlink's framing, one JSON object and a NUL byte, so that standard tools can talk to it.

Sizes in bytes, times in seconds. Whatever comes in is bounded: a message in size and in the values
that it holds, the time from its first byte to its last, and its depth (Python's own limit of recursion).
"""

import json
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

INTERFACE = "io.boxmgmt"
MOST_BYTES = 52 * 1024 * 1024
"""One message: an --atomic batch of 16 MiB, which JSON may write with three times as many."""
MOST_BYTES_OF_STRANGERS = LARGE = CHUNK = 64 * 1024
"""One message; from there on a message is large; what is read at once."""
MOST_MARKS = 1_000_000
"""Marks of one message that begin or part values: 100 for each of the 10,000 lines of an --atomic batch.

Each may become an object of some 100 bytes, and while they are made no other thread runs.
"""
SLOWEST = 10.0
"""From the first byte of a message to its last, without the wait for a turn."""


class Garbled(Exception):
    """What came in is no message; the connection is of no more use."""


class Wire:
    """One end of a connection. The rest of a large message is read, and decoded, in a `turn`."""

    def __init__(self, connection: socket.socket, most_bytes: int = MOST_BYTES,
                 turn: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.most_bytes = most_bytes
        self._connection = connection
        self._turn = turn
        self._rest = b""

    def send(self, message: dict[str, Any], patience: float = SLOWEST) -> None:
        """Send one message. Raises OSError, Garbled if the other end does not take it in time."""
        self._connection.settimeout(patience)
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\0")
        except TimeoutError:
            raise Garbled("not taken") from None

    def receive(self, wait: float | None = None) -> dict[str, Any] | None:
        """The next message; None at the end. `wait` bounds the time until its first byte.

        Raises Garbled, TimeoutError after `wait`, OSError, and what waiting for a turn raises.
        """
        self._connection.settimeout(wait)
        begun = self._rest or self._connection.recv(CHUNK)
        with ExitStack() as turn:
            text = self._whole(begun, turn)
            return None if text is None else decoded(text)

    def _whole(self, begun: bytes, turn: ExitStack) -> bytearray | None:
        """The message that begins so; None if the connection ends first."""
        text, part, marks = bytearray(), begun, 0
        deadline = time.monotonic() + SLOWEST
        while b"\0" not in part:
            if not part:
                return None
            was = len(text)
            text += part
            marks += sum(map(part.count, (b"[", b"{", b",")))
            if len(text) > self.most_bytes or marks > MOST_MARKS:
                raise Garbled("too long")
            if was <= LARGE < len(text):
                turn.enter_context(self._turn())
                deadline = time.monotonic() + SLOWEST
            part = self._before(deadline)
        end, _, self._rest = part.partition(b"\0")
        text += end
        return text

    def _before(self, deadline: float) -> bytes:
        """What comes next. Raises Garbled if that is too late, OSError."""
        self._connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return self._connection.recv(CHUNK)
        except TimeoutError:
            raise Garbled("too slow") from None


def decoded(text: bytes | bytearray) -> dict[str, Any]:
    """The JSON object that `text` is. Raises Garbled."""
    try:
        message = json.loads(text.decode())
    except (ValueError, RecursionError):
        raise Garbled("no JSON") from None
    if not isinstance(message, dict):
        raise Garbled("no object")
    return message
