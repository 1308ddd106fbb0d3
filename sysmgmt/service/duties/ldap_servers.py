"""Every minute boxmgmtd looks whether the servers of the directory can be used, and tells of those that cannot."""

from collections import Counter

from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.delivery import TELLING
from sysmgmt.domain.directory import NAME
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine import ldap_servers
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.service.duties.duty import Duty

KINDS = frozenset({"LdapFails"})


class LdapWatch:
    """Counts how many looks in a row a server could not be used: one alone is none to tell of."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()

    def look(self, house: House) -> None:
        """Look at every server of a directory that is in use. Raises any refusal."""
        state = house.box.store.read()
        settings = state.directories.get(NAME)
        if settings is None or not settings.enabled:
            self._failures.clear()
            settle(house, KINDS, ())
            return
        looks = ldap_servers.looked_at(house.box, state, settings)
        self._failures = Counter({one["server"]: self._failures[one["server"]] + 1 for one in looks
                                  if not one["usable"]})
        settle(house, KINDS, [Finding("LdapFails", one["server"], one["reason"]) for one in looks
                              if self._failures[one["server"]] >= TELLING])


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about the directory."""
    return (Duty("the directory", MINUTE, LdapWatch().look),)
