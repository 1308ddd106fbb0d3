"""A box of which a duty of boxmgmtd tells others, with a clock of its own for the duty."""

import time
from collections.abc import Callable
from typing import Protocol

from sysmgmt.engine.dispatch import House
from tests.support.box import TestBox


class Carrier(Protocol):
    """What brings to others what happens."""

    def look(self, house: House) -> None:
        """Bring what waits."""


class DutySite:
    """A box, its admin, and the carrier that `make` makes with its clock."""

    def __init__(self, box: TestBox, make: Callable[[Callable[[], float]], Carrier]) -> None:
        box.clock.now = time.time()
        self.box, self.house, self.admin = box, box.house(), box.admin()
        self.elapsed = 0.0
        self.carrier = make(lambda: self.elapsed)

    def do(self, line: str) -> None:
        """Do what must succeed."""
        answer = self.admin.do(line)
        assert answer.code == "Done", answer

    def look(self, later: float = 1.0) -> None:
        """Let the carrier look once, `later`."""
        self.elapsed += later
        self.carrier.look(self.house)

    def happens(self, *names: str) -> None:
        """Let events happen: groups are added."""
        for name in names:
            self.do(f"add_group name={name}")

    def events(self, name: str) -> list[str]:
        """The events of a name and its end."""
        return [one["name"] for one in self.admin.facts("get_events_log limit=1000")["events"]
                if one["name"].startswith(name)]
