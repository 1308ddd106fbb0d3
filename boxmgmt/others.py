"""Menu items of other packages, found through the entry points `boxmgmt.menus`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from boxmgmt.menu import FREE, Free, Menu, Run
from sysmgmt.engine.declaration import Command
from sysmgmt.extensions import MENUS, loaded

FIRST, LAST = 51, 99
"""The numbers of other packages: whatever is built in later, theirs never move."""


class Below(NamedTuple):
    """A menu item of another package: the titles that lead to its menu, the item, its number there."""

    path: tuple[str, ...]
    item: Run
    number: int


class Misplaced(Exception):
    """An item cannot stand where it was to go; the text says why."""


def with_others(main: Menu, catalog: Mapping[str, Command]) -> tuple[Menu, list[str]]:
    """The menu with the items of other packages, and a sentence for each that is broken."""
    broken: list[str] = []
    for name, items in loaded(MENUS, broken):
        for one in items:
            try:
                main = placed(main, _checked(one, catalog))
            except Misplaced as error:
                broken.append(f"A menu item of the package behind {MENUS} {name} is left out: {error}")
    return main, broken


def _checked(one: Any, catalog: Mapping[str, Command]) -> Below:
    if not (isinstance(one, Below) and isinstance(one.item, Run) and isinstance(one.item.command, Command)):
        raise Misplaced("it is no Below(path, Run(title, command), number)")
    if catalog.get(one.item.command.name) is not one.item.command:
        raise Misplaced(f"there is no such command {one.item.command.name}")
    if one.number not in range(FIRST, LAST + 1):
        raise Misplaced(f"its number is not one of {FIRST} to {LAST}")
    return one


def placed(menu: Menu, one: Below) -> Menu:
    """`menu` with one more item somewhere below it. Raises Misplaced."""
    if not one.path:
        return menu._replace(items=_with_number(menu, one))
    for place, item in enumerate(menu.items):
        if isinstance(item, Menu) and item.title == one.path[0]:
            below = placed(item, one._replace(path=one.path[1:]))
            return menu._replace(items=(*menu.items[:place], below, *menu.items[place + 1:]))
    raise Misplaced(f"there is no menu {one.path[0]}")


def _with_number(menu: Menu, one: Below) -> tuple[Any, ...]:
    items = [*menu.items, *[FREE] * (one.number - len(menu.items))]
    if not isinstance(items[one.number - 1], Free):
        raise Misplaced(f"the number {one.number} is taken")
    items[one.number - 1] = one.item
    return tuple(items)
