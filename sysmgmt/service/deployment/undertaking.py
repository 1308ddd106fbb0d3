"""A deployment carried out, and taken back: it ends deployed, or exactly as it was before."""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from sysmgmt import box
from sysmgmt.domain.errors import Refusal, ServiceLost
from sysmgmt.host import deployed, files, installed, nftables, nss, snmpd, sshd
from sysmgmt.host.files import File
from sysmgmt.host.installed import MANIFEST
from sysmgmt.service.deployment import barriers, forking, machine, networking, plan, unit
from sysmgmt.service.deployment.site import GROUP, HOME, KEPT, KEYS_USER, RECORD, ROOT_STAYS, SHELL_USER, Site

STARTED = ("boxmgmtd.service", forking.SERVICE)
"""What runs from then on, and starts again with another release."""
ANSWERS_WITHIN = 4
"""How often a new boxmgmtd is waited for, each time as long as a shell waits for one."""


class Undertaking(NamedTuple):
    """What is to be done: a deployment of `site`, below `root`; `now` shuts root out at once."""

    site: Site
    root: str = "/"
    now: bool = False

    @property
    def kept(self) -> deployed.Kept:
        """What stood on the machine before."""
        return deployed.Kept(KEPT, self.root)

    def place(self, path: str) -> str:
        """Where `path` is."""
        return files.within(self.root, path)


def carry_out(one: Undertaking) -> Iterator[str]:
    """Deploy. Raises any refusal and OSError; all is as before then."""
    wanted = plan.wanted(one.site, one.root)
    before = snapshot(one, (*wanted, *plan.SETTLED, RECORD, ROOT_STAYS, MANIFEST)) if one.kept.facts() else None
    one.kept.keep((*wanted, *plan.SETTLED, HOME + "/"), one.site._asdict())
    try:
        if one.now or before is None:
            files.put(one.place(ROOT_STAYS), None if one.now else File(b""))
        _put(one, wanted)
        files.put(one.place(MANIFEST), File(installed.manifest(one.site.package), 0o600))
        yield from _started(one)
    except (Refusal, OSError):
        with suppress(Refusal, OSError):  # the first reason is the one to tell
            take_back(one) if before is None else _put_back(one, before)
        raise


def snapshot(one: Undertaking, paths: tuple[str, ...]) -> dict[str, File | None]:
    """What stands at `paths`."""
    return {path: files.read(one.place(path)) for path in paths}


def take_back(one: Undertaking) -> None:
    """Put back what stood there before any deployment. Raises ServiceRefused."""
    here = one.root == "/"
    if here and os.path.exists(unit.PATH):
        deployed.order_systemd(("disable", "--now", "boxmgmtd.service", forking.SOCKET, forking.SERVICE),
                               ("disable", "boxmgmt-firewall.service"))
    networking.give_back(one.root)
    one.kept.restore()
    if here:
        deployed.order_systemd(("daemon-reload",))
        sshd.reload()
        snmpd.let_go()
        nftables.load()
    deployed.remove_users((KEYS_USER, SHELL_USER), (KEYS_USER, SHELL_USER, GROUP), one.root)


def _put_back(one: Undertaking, before: dict[str, File | None]) -> None:
    """Go back to the deployment that there was."""
    for path, file in before.items():
        if files.read(one.place(path)) != file:
            files.put(one.place(path), file)
    if one.root == "/":
        deployed.order_systemd(("daemon-reload",), ("restart", *STARTED))
        sshd.reload()


def _put(one: Undertaking, wanted: dict[str, File]) -> None:
    for folder in (HOME, os.path.dirname(sshd.BANNER), nss.FOLDER, *networking.FOLDERS):
        os.makedirs(one.place(folder), mode=0o755, exist_ok=True)
    os.makedirs(one.place(one.site.state), mode=0o700, exist_ok=True)
    early = {path: file for path, file in wanted.items() if not path.startswith(("/etc/pam.d/", plan.NSSWITCH))}
    deployed.put(early, one.root)
    deployed.make_users(one.root)
    gid = deployed.group_number(GROUP, one.root)
    if gid < nss.LEAST_GID:
        raise barriers.refuse(f"the group {GROUP} has the number {gid}; it has to be {nss.LEAST_GID} or more")
    known = one.site._replace(gid=gid, shadow_gid=deployed.group_number("shadow", one.root))
    one.kept.keep((), known._asdict())
    house = box.embedded(one.place(one.site.state))
    # Shows that sshd accepts it, before PAM follows.
    machine.services(known, house.box.sealer, one.root).whole(house.box.store.read()).apply()
    deployed.put({path: file for path, file in wanted.items() if path not in early}, one.root)


def _started(one: Undertaking) -> Iterator[str]:
    if one.root != "/" or not deployed.order_systemd(
            ("daemon-reload",), ("enable", *STARTED, forking.SOCKET, "boxmgmt-firewall.service"),
            ("restart", *STARTED)):
        yield "systemd does not run here: start /usr/lib/boxmgmt/boxmgmtd yourself."
        return
    for left in range(ANSWERS_WITHIN - 1, -1, -1):
        try:
            box.service_door(one.site.socket).sign()
            break
        except ServiceLost:
            if not left:
                raise barriers.refuse("boxmgmtd does not start; journalctl -u boxmgmtd.service says why") from None
    yield "boxmgmtd has been started."
