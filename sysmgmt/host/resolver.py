"""Which servers are asked for names: /etc/resolv.conf, unless systemd-resolved governs it."""

import os
from collections.abc import Mapping

from sysmgmt.domain.model import State
from sysmgmt.host import files, inscriptions, takeover, transient
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "/etc/resolv.conf"
OURS = "/etc/boxmgmt/resolv.conf"
KEPT = takeover.kept(NAME)


def service(root: str = "/") -> Service:
    """The service: a file that is copied to its place, since boxmgmtd may write nothing there."""
    def render(state: State) -> Mapping[str, File | None]:
        servers = state.settings.reach.name_servers
        inscriptions.check(NAME, servers, apart=" ")
        if not servers or is_elsewhere(root):
            return {OURS: None}
        taken = files.read(files.within(root, OURS)) is not None
        original = files.read(files.within(root, KEPT if taken else NAME))
        text = "".join(["# Written by boxmgmtd; changes made here are lost.\n",
                        *(f"nameserver {one}\n" for one in servers)])
        return {KEPT: original or File(b""), OURS: File(text.encode())}

    def reload() -> None:
        if root == "/" and not is_elsewhere():
            _put(OURS if os.path.exists(OURS) else KEPT)
    return Service(NAME, render, lambda old, new: old.settings.reach.name_servers != new.settings.reach.name_servers,
                   reload)


def is_overwritten() -> bool:
    """Whether somebody has named other servers where ours stand, as a client for DHCP does. Raises OSError."""
    ours = files.read(OURS)
    return ours is not None and not is_elsewhere() and (files.read(NAME) or File(b"")).content != ours.content


def put_back() -> None:
    """Name our servers again, if there are any. Raises ServiceRefused."""
    if os.path.exists(OURS) and not is_elsewhere():
        _put(OURS)


def give_back() -> None:
    """Have the original stand there again, if it does not. Raises ServiceRefused."""
    if os.path.exists(OURS):
        _put(KEPT)


def _put(source: str) -> None:
    if os.path.exists(source):
        transient.run(NAME, ["/usr/bin/install", "-m", "644", "-T", source, NAME])


def is_elsewhere(root: str = "/") -> bool:
    """Whether it only points to the file of somebody else."""
    return os.path.islink(files.within(root, NAME))
