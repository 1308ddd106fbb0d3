"""Waiting for a service that begins."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool]) -> None:
    """Wait until it is true. Raises AssertionError after twenty seconds."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "the service does not begin"
        time.sleep(0.01)
