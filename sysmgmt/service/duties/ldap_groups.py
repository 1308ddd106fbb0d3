"""boxmgmtd reads again and again who is in the groups of the directory that let their members in."""

import time
from collections.abc import Callable

from sysmgmt.domain import ldap_users
from sysmgmt.domain.directory import NAME
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine import ldap_sync
from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties.duty import Duty

POLL = 2.0
"""Seconds between two looks whether the settings or an entry have changed."""


class LdapSync:
    """Reads when the time is over, and at once when the settings or an entry for a group have changed."""

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._known: object = None
        self._due = 0.0

    def look(self, house: House) -> None:
        """Read if it is time to. Raises any refusal."""
        state = house.box.store.read()
        settings = state.directories.get(NAME)
        if settings is None or not settings.enabled:
            self._known = None
            return
        now = self._passed()
        known = settings, ldap_users.mapped(state)
        if known != self._known or now >= self._due:
            self._known, self._due = known, now + MINUTE  # where it fails
            ldap_sync.synchronise(house)
            self._due = now + settings.sync_minutes * MINUTE


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about the users of the directory."""
    return (Duty("the groups of the directory", POLL, LdapSync().look),)
