"""The backups that boxmgmtd takes by itself (C31)."""

import time
from collections.abc import Callable

from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine import backup
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle, work
from sysmgmt.service.duties.duty import Duty

KINDS = frozenset({"BackupFails"})
PAUSE = 900.0
"""Seconds until one that failed is tried again."""


class BackupWatch:
    """Takes what is due; `passed` counts seconds and never jumps."""

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._failed: dict[str, tuple[float, str]] = {}

    def look(self, house: House) -> None:
        """Take the backups whose moment has come. Raises any refusal that is not of a backup."""
        state = house.box.store.read()
        self._failed = {name: found for name, found in self._failed.items() if name in state.backup_schedules}
        for one in state.backup_schedules.values():
            if backup.is_due(house.box, one, house.box.clock.now()) or backup.unsent(house.box, one):
                self._take(house, one.name)
            else:
                self._failed.pop(one.name, None)
        settle(house, KINDS, [Finding("BackupFails", name, why) for name, (_, why) in self._failed.items()])

    def _take(self, house: House, name: str) -> None:
        at, _ = self._failed.get(name, (-PAUSE, ""))
        if self._passed() - at < PAUSE:
            return
        try:
            work(house, "take_scheduled_backup", {"schedule": name})
            self._failed.pop(name, None)
        except Refusal as problem:
            self._failed[name] = self._passed(), str(problem)


def duties() -> tuple[Duty, ...]:
    """The duty of a boxmgmtd."""
    return (Duty("the scheduled backups", MINUTE, BackupWatch().look),)
