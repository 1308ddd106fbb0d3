"""The formats that were ever released, and how a state of one becomes a state of the next."""

from collections.abc import Callable, Mapping

from sysmgmt.domain.errors import StateNewer
from sysmgmt.store.files import damaged
from sysmgmt.store.snapshot import NAME, Tables

FORMAT = 1
"""The format that this release writes."""

Upgrades = Mapping[int, Callable[[Tables], Tables]]

UPGRADES: Upgrades = {}
"""By format: what turns its tables into those of the following format."""


def check(format: int, upgrades: Upgrades) -> None:
    """Raise StateNewer, or StateDamaged for a format that never was."""
    if format > FORMAT:
        raise StateNewer(found=format, known=FORMAT)
    if any(step not in upgrades for step in range(format, FORMAT)):
        raise damaged(NAME, f"there never was a format {format}")


def upgraded(tables: Tables, format: int, upgrades: Upgrades) -> Tables:
    """The tables as this release writes them."""
    for step in range(format, FORMAT):
        tables = upgrades[step](tables)
    return tables
