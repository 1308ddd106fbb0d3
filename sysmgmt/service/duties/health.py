"""What boxmgmtd looks at by itself: space, what expires soon, the age of keys, the clock (R020)."""

import shutil
import time
from collections.abc import Callable
from typing import NamedTuple

from sysmgmt.domain import conditions, cryptoperiods
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.domain.times import HOUR, MINUTE, iso
from sysmgmt.engine import status
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.own_work import settle, work
from sysmgmt.engine.request import SYSTEM
from sysmgmt.service.duties.duty import Duty

JUMP = 2.0
"""Seconds that the clock may be off what has passed: time servers move it by less at a time."""
LOOK = 10.0
"""Seconds between two looks at the clock."""
SPACE = frozenset({"DiskSpaceLow", "DiskSpaceCritical"})
EXPIRY = frozenset({"PasswordExpires", "CertificateExpires"})
KEYS = frozenset({"KeyExpires"})


def duties(folder: str) -> tuple[Duty, ...]:
    """The duties of a boxmgmtd whose state lies in `folder`."""
    def space(house: House) -> None:
        found = shutil.disk_usage(folder)
        settle(house, SPACE, conditions.of_space(folder, found.free, found.total))

    def expiry(house: House) -> None:
        state, now = house.box.store.read(), house.box.clock.now()
        settle(house, EXPIRY, (*conditions.of_passwords(state, now), *conditions.of_certificates(state, now)))
    return (Duty("the space", MINUTE, space), Duty("the expiry of passwords and certificates", HOUR, expiry),
            Duty("the age of the keys", HOUR, aging), Duty("the clock", LOOK, ClockWatch().look))


def aging(house: House) -> None:
    """Tell of keys that have to be replaced soon. Raises any refusal."""
    state = house.box.store.read()
    if state.installed:
        settle(house, KEYS, cryptoperiods.due(status.of_keys(house.box, state), house.box.clock.now()))


class _Times(NamedTuple):
    wall: float
    passed: float


class ClockWatch:
    """Notices when the clock of the box was set: when it moved by other than what has passed."""

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._last: _Times | None = None

    def look(self, house: House) -> None:
        """Compare, and tell of a jump. Raises any refusal."""
        now, last = _Times(house.box.clock.now(), self._passed()), self._last
        self._last = now
        if last is None:
            return
        expected = last.wall + now.passed - last.passed
        if abs(now.wall - expected) > JUMP:
            before, after = str(iso(expected)), str(iso(now.wall))
            work(house, "note_clock_jump", {"before": before, "after": after})
            tell(house.box, [Event(NAMED["ClockJumped"], "", f"{before} -> {after}")], SYSTEM.user)
