"""Commands and menu items of other packages, found through entry points.

What an appliance builder adds gets the same road, permission check, audit, help and menu. A
package that cannot be loaded is named and skipped.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.declaration import Command

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

COMMANDS, MENUS = "sysmgmt.commands", "boxmgmt.menus"
"""The entry-point groups: tuples of commands; tuples of menu items with their place."""


def commands_of_others() -> tuple[list[Command], list[str]]:
    """The commands that other packages declare, and a sentence for each package that is broken."""
    found: list[Command] = []
    broken: list[str] = []
    for name, value in loaded(COMMANDS, broken):
        if all(isinstance(one, Command) for one in value):
            found.extend(value)
        else:
            broken.append(f"The package behind {COMMANDS} {name} declares something that is no command")
    return found, broken


def broken(catalog: Mapping[str, Command]) -> list[str]:
    """A sentence for each package whose commands could not be added to `catalog`."""
    return catalog.broken if isinstance(catalog, Catalog) else []


def loaded(group: str, broken: list[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Names and values of the entry points of `group`; sentences about broken ones go to `broken`."""
    for point in _points(group):
        try:
            yield point.name, tuple(point.load())
        except (Exception, SystemExit) as error:  # whatever is wrong there must not hurt here
            broken.append(f"The package behind {group} {point.name} is broken ({type(error).__name__})")


def _points(group: str) -> "list[EntryPoint]":
    return sorted(_all_points().select(group=group), key=lambda one: one.name)


@cache
def _all_points() -> Any:
    """What the packages name that are installed when it is first asked for."""
    from importlib.metadata import entry_points  # costs more than running a command

    return entry_points()
