"""Running a program outside the walls that systemd has built around boxmgmtd, for what needs to be there.

boxmgmtd may write only where its unit says, and has no right over networks. A program that needs
more is started by systemd itself, as a unit of its own that ends with it.
"""

import os
from collections.abc import Sequence

from sysmgmt.host import programs
from sysmgmt.host.daemons import SYSTEMD


GOES_ON = ("--property=KillMode=process",)
"""For a program that leaves others behind which go on without it, such as a client for DHCP."""


def run(service: str, arguments: Sequence[str], limit: float = programs.TIME_LIMIT,
        properties: tuple[str, ...] = ()) -> str:
    """What the program printed. Raises ServiceRefused, with its words, unless it ends well and in time."""
    return programs.run(service, [*_starter(limit, properties), *arguments], limit + 1)


def _starter(limit: float, properties: tuple[str, ...]) -> tuple[str, ...]:
    """How systemd is told to run a program; nothing where it is not the init, and there are no walls."""
    if not os.path.isdir(SYSTEMD) or os.geteuid():
        return ()
    return ("/usr/bin/systemd-run", "--quiet", "--wait", "--pipe", "--collect",
            f"--property=RuntimeMaxSec={limit:g}", *properties, "--setenv=LC_ALL=C", "--")
