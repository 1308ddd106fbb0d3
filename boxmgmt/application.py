"""The menu as a cmd2 application."""

from sysmgmt.screen.hardened import Hardened


class Boxmgmt(Hardened):
    """The menu."""

    SUFFIX = ": "
