"""Waiting for what a process of its own does."""

import os
import select
import time
from collections.abc import Callable
from typing import Any

POLL = 0.02


def wait_until(what: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for a condition. Raises AssertionError if it does not come to be in time."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(POLL)  # between two looks


def read_until(terminal: int, expected: bytes) -> None:
    """Read what a terminal shows up to `expected`. Raises AssertionError if nothing comes for a minute."""
    seen = b""
    while expected not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 65536)
