"""The services of a deployed machine, as boxmgmtd settles them: users, sshd, host keys."""

import ipaddress
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from sysmgmt.domain import security, uids
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import files, hostkeys, nss, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import HostServices, Service
from sysmgmt.service.deployment import pamfiles, webserver
from sysmgmt.service.deployment.site import HOME, ROOT_STAYS, Site
from sysmgmt.service.duties import Duty

POLL = 1.0
"""Seconds between two looks for the first user who came in over SSH."""


def services(site: Site, sealer: Sealer, root: str = "/") -> HostServices:
    """What follows the state on this machine."""
    shells = nss.Shells(site.launcher("boxmgmt"), site.launcher("sysmgmt"), HOME, site.gid)
    always = [nss.service(shells, site.shadow_gid, root), doors(site, root), hostkeys.service(root)]
    return HostServices([*always, *webserver.services(sealer, root)], root)


def doors(site: Site, root: str = "/") -> Service:
    """sshd and the console, and whether root may still come in."""
    marker = files.within(root, ROOT_STAYS)

    def stays(state: State) -> bool:
        return os.path.exists(marker) and not came_in(state, os.stat(marker).st_mtime)

    plain = sshd.service(sshd.Keys(site.launcher("keys"), site.root_methods), stays, root)

    def render(state: State) -> Mapping[str, File | None]:
        kept = stays(state)
        return {**plain.files(state), pamfiles.SHUT: File(b"" if kept else b"root\n"),
                ROOT_STAYS: File(b"") if kept else None}
    return plain._replace(files=render)


def came_in(state: State, since: float) -> bool:
    """Whether somebody with the permission security has come in over SSH `since` then: the new door works."""
    by_ssh = {one.user for one in state.sessions.values() if one.endpoint == "ssh"}
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
            if not state.settings.uids or any(one.uid is None for one in state.accounts.values()):
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


DUTIES = (Duty("the login of root", POLL, shut_root_out),)
"""What a deployed boxmgmtd looks after besides."""
