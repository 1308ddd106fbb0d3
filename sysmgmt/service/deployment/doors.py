"""The services of a deployed machine, as boxmgmtd settles them: users, sshd, host keys."""

import ipaddress
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from sysmgmt.domain import root_access, security, uids
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import files, hostkeys, nss, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import HostServices, Service
from sysmgmt.service.deployment import networking, pamfiles, snmp_agent, webserver
from sysmgmt.service.deployment.closing import Closing
from sysmgmt.service.deployment.site import HOME, ROOT_STAYS, Site
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
"""Seconds between two looks for the first user who came in over SSH."""


def services(site: Site, sealer: Sealer, root: str = "/") -> HostServices:
    """What follows the state on this machine."""
    shells = nss.Shells(site.launcher("boxmgmt"), site.launcher("sysmgmt"), HOME, site.gid)
    always = [nss.service(shells, site.shadow_gid, root), doors(site, root), hostkeys.service(root),
              snmp_agent.service(sealer, site.launcher("snmp"), root)]
    return HostServices([*always, *webserver.services(sealer, root), *networking.services(sealer, root)], root)


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


def begin(house: House, site: Site) -> None:
    """Give everybody a number and make the machine what the state wants.

    What refuses now is said and does not keep boxmgmtd from serving.
    """
    try:
        with house.box.store.writing() as transaction:
            state = transaction.state
            if not state.settings.uids or any(uids.lacks(one) for one in state.accounts.values()):
                state = uids.reserve(state, *site.uids)
                transaction.save(state)
            house.box.services.heal(state)
    except Refusal as refusal:
        print(f"Error: {refusal}", file=sys.stderr, flush=True)


def shut_root_out(house: House) -> None:
    """End the time in which root may still log in, once somebody who can do without has come in."""
    with suppress(FileNotFoundError):
        if came_in(house.box.store.read(), os.stat(ROOT_STAYS).st_mtime):
            with house.box.store.writing() as transaction:
                house.box.services.heal(transaction.state)


DUTIES = (Duty("the login of root", POLL, shut_root_out), Duty("root access", POLL, Closing().look),
          *webserver.DUTIES, *networking.DUTIES)
"""What a deployed boxmgmtd looks after besides."""
