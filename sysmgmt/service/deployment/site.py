"""What a deployment depends on: places, interpreter, numbers. Kept on the machine as its record."""

import json
from typing import Any, NamedTuple

from sysmgmt.domain import uids
from sysmgmt.domain.errors import StateDamaged
from sysmgmt.host import doors, files

LIBRARY = "/usr/lib/boxmgmt"
HOME = f"{LIBRARY}/home"
"""Everybody's home: empty, and root's."""
KEPT = "/var/lib/boxmgmt-deploy"
"""The record, and what stood on the machine before."""
RECORD = f"{KEPT}/record.json"
ROOT_STAYS = doors.ROOT_STAYS
GROUP, KEYS_USER, SHELL_USER = "boxmgmt", "boxmgmt-keys", "boxmgmt-shell"
"""The group of all users; who asks for keys; as whom the shells of logins run."""


class Site(NamedTuple):
    """One deployment. `package` is the folder that our packages lie in; `gid` 0: not known yet.

    `root_methods` is whether root could log in by password and by keyboard-interactive before it.
    """

    python: str
    package: str
    state: str = "/var/lib/boxmgmt"
    socket: str = "/run/boxmgmt/box.sock"
    sessions: str = "/run/boxmgmt-sessions.sock"
    uids: tuple[int, int] = (uids.FIRST, uids.LAST)
    gid: int = 0
    shadow_gid: int = 0
    root_methods: tuple[str, str] = ("yes", "no")
    release: str = ""

    def launcher(self, name: str) -> str:
        """The path of a launcher."""
        return f"{LIBRARY}/{name}"


def read(root: str = "/") -> Site | None:
    """The deployment of this machine; None if there is none. Raises StateDamaged."""
    found = files.read(files.within(root, RECORD))
    if found is None:
        return None
    try:
        kept: dict[str, Any] = json.loads(found.content)
        pairs = {name: tuple(kept["site"][name]) for name in ("uids", "root_methods")}
        return Site(**kept["site"] | pairs)
    except (ValueError, TypeError, KeyError):
        raise StateDamaged(what=f"{RECORD} is not a record of a deployment") from None
