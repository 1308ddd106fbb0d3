"""Somebody at a terminal who types anything, and begins anew whenever that has ended the program."""

import itertools
import os
import time
from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import Any

import pexpect

SECONDS = 10.0
"""That a program may take until it asks for a choice or a command again; then it is left."""
PATIENCE = 0.4
"""Seconds to wait for an answer before it is asked for again."""
READY = [rb"(?s)Logged in as .*\n[^\n]*[>:] $", rb"[#$] \r?$"]
"""The greeting and the first prompt of our programs; the prompt of a shell that was left open on purpose."""


def spawn(line: Sequence[str], environment: dict[str, str], folder: str = "/") -> Any:
    """A program on a terminal of its own."""
    child = pexpect.spawn(line[0], list(line[1:]), env=environment, cwd=folder, timeout=30, dimensions=(50, 200))
    child.delaybeforesend = None
    return child


class Typist:
    """Types at what `begin` starts, which waits for nothing but the greeting then."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self.output = b""
        self._begin = begin
        self._child: Any = None
        self._words = map("".join, itertools.product(ascii_lowercase, repeat=4))
        self._numbers = itertools.count(12345)

    def type(self, keys: bytes) -> None:
        """Type keys and Enter, and then whatever brings the next choice or command back."""
        if self._child is None:
            self._come_in()
        if not (self._write(keys + b"\r") and self._settle()):
            self.leave()

    def leave(self) -> None:
        """Close the terminal; what was shown until then is kept."""
        if self._child is not None:
            self._keep()
            self._child.close(force=True)
            self._child = None

    def _come_in(self) -> None:
        """Begin, again where the door is shut for the moment in which sshd reads its files."""
        deadline = time.monotonic() + SECONDS
        while True:
            self._child = self._begin()
            found = self._child.expect([*READY, pexpect.EOF])
            self._keep()
            if found < len(READY):
                return
            assert time.monotonic() < deadline, self.output[-500:]

    def _settle(self) -> bool:
        """Whether the program asks for a line again."""
        deadline, keys = time.monotonic() + SECONDS, ""
        while time.monotonic() < deadline:
            word, number = f"zq{next(self._words)}", next(self._numbers)
            if not self._write(f"{keys}{word}\r{number}\r".encode()):
                return False
            keys = "\x03"  # from the second time on: something else was asked for
            answer = rf"no choice {number}|no command {word}|{number}: .*not found".encode()
            found = self._child.expect([answer, pexpect.EOF, pexpect.TIMEOUT], timeout=PATIENCE)
            self._keep()
            if found < 2:
                return found == 0
        return False

    def _write(self, keys: bytes) -> bool:
        try:
            os.write(self._child.child_fd, keys)
            return True
        except OSError:  # it has ended
            return False

    def _keep(self) -> None:
        after = self._child.after if isinstance(self._child.after, bytes) else b""
        self.output += (self._child.before or b"") + after
        self._child.before = self._child.after = b""
