"""Whether root may log in, at SSH and at the console: sshd, the console, and when both are shut again (R247)."""

import ipaddress
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from sysmgmt.domain import root_access, security
from sysmgmt.domain.model import RootAccess, State
from sysmgmt.domain.times import iso
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.host import files, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import Service
from sysmgmt.service.deployment import pamfiles
from sysmgmt.service.deployment.site import ROOT_STAYS, Site
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
"""Seconds between two looks for the first user who came in over SSH."""


def doors(site: Site, root: str = "/", now: Callable[[], float] = time.time) -> Service:
    """sshd and the console, and whether root may come in: while root access is open, and for a while as before.

    A door whose time is over is never rendered open, whatever the state still says.
    """
    marker = files.within(root, ROOT_STAYS)

    def stays(state: State) -> bool:
        return os.path.exists(marker) and not settled(state, os.stat(marker).st_mtime)

    def root_login(state: State) -> str:
        if stays(state):
            return sshd.ROOT_STAYS
        return sshd.ROOT_IS_OPEN if root_access.open_at(root_access.SSH, state.settings, now()) else sshd.ROOT_IS_SHUT

    plain = sshd.service(sshd.Keys(site.launcher("keys"), site.root_methods), root_login, root)

    def render(state: State) -> Mapping[str, File | None]:
        kept = stays(state)
        comes_in = kept or root_access.open_at(root_access.CONSOLE, state.settings, now())
        return {**plain.files(state), pamfiles.SHUT: File(b"" if comes_in else b"root\n"),
                ROOT_STAYS: File(b"") if kept else None}
    return plain._replace(files=render)


def settled(state: State, since: float) -> bool:
    """Whether root's login needs not stay as it was `since`: the new door works, or somebody has decided about it."""
    return came_in(state, since) or (state.settings.root_access.changed_at or 0) >= since


def came_in(state: State, since: float) -> bool:
    """Whether somebody with the permission security has come in over SSH `since` then: the new door works."""
    by_ssh = {one.user for one in state.sessions.values() if one.endpoint == "ssh" and one.opened_at >= since}
    return any(security.secures(state, one) for one in state.accounts.values()
               if one.name in by_ssh or ((one.last_login_at or 0) >= since and _is_address(one.last_login_from)))


def _is_address(origin: str) -> bool:
    try:
        ipaddress.ip_address(origin.partition("%")[0])
        return True
    except ValueError:
        return False


def shut_root_out(house: House) -> None:
    """End the time in which root may still log in, once somebody who can do without has come in."""
    with suppress(FileNotFoundError):
        if came_in(house.box.store.read(), os.stat(ROOT_STAYS).st_mtime):
            with house.box.store.writing() as transaction:
                house.box.services.heal(transaction.state)


class Closing:
    """Looks whether root access has to be shut.

    Besides the clock it counts the minutes itself from its first look at an opening, so that a
    clock that is set back does not lengthen them while boxmgmtd runs. After a restart of boxmgmtd
    the clock alone decides, and one that shows a time before the opening shuts at once.
    """

    def __init__(self) -> None:
        self._access = RootAccess()
        self._deadline = 0.0

    def look(self, house: House) -> None:
        """Shut root out if it is time. Raises any refusal; the next look tries again."""
        access, clock = house.box.store.read().settings.root_access, house.box.clock
        if access != self._access:
            self._access, self._deadline = access, clock.passed() + access.until - clock.now()
        if access.where and (root_access.is_over(access, clock.now()) or clock.passed() >= self._deadline):
            work(house, "close_root_access", {"until": iso(access.until) or ""})


DUTIES = (Duty("the login of root", POLL, shut_root_out), Duty("root access", POLL, Closing().look))
