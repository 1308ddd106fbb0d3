"""Running a program outside the walls that systemd has built around boxmgmtd, for what needs to be there.

boxmgmtd may write only where its unit says, and has no right over networks. A program that needs
more is started by systemd itself, as a unit of its own that ends with it.
"""

import os
from collections.abc import Sequence

from sysmgmt.host import programs
from sysmgmt.host.daemons import SYSTEMD


def run(service: str, arguments: Sequence[str], limit: float = programs.TIME_LIMIT) -> str:
    """What the program printed. Raises ServiceRefused, with its words, unless it ends well and in time."""
    return programs.run(service, [*_starter(limit), *arguments], limit + 1)


def _starter(limit: float) -> tuple[str, ...]:
    """How systemd is told to run a program; nothing where it is not the init, and there are no walls."""
    if not os.path.isdir(SYSTEMD) or os.geteuid():
        return ()
    return ("/usr/bin/systemd-run", "--quiet", "--wait", "--pipe", "--collect",
            f"--property=RuntimeMaxSec={limit:g}", "--setenv=LC_ALL=C", "--")
