"""Time that moves only when a test says so."""

import os
import time

from sysmgmt.engine.ports import Clock

MONDAY = 1_750_000_000.0
"""A moment in June 2025."""
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class HeldClock:
    """Shows `now` until it is moved, since the start `boot` of the machine; whoever sets `now` has set the clock.

    Waiting for other processes takes real, but very short, time.
    """

    def __init__(self, now: float = MONDAY, boot: str = "") -> None:
        self.now = self.passed = now
        self.boot = boot

    def move(self, seconds: float) -> None:
        """Let that much time pass."""
        self.now += seconds
        self.passed += seconds

    @property
    def port(self) -> Clock:
        """What the engine is given."""
        return Clock(lambda: self.now, lambda seconds: time.sleep(0.002), lambda: os.urandom(8).hex(),
                     lambda: self.boot, lambda: self.passed)
