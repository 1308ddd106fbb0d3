"""The menu as data: frozen values whose numbers never move."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Union

from sysmgmt.engine.declaration import Command, Parameter


class Run(NamedTuple):
    """An item that runs a command; what `given` does not hold is asked for.

    `asks` names the parameters that are asked for, in their order, where that is not all of them.
    """

    title: str
    command: Command
    given: Mapping[str, str] = {}
    asks: Sequence[str] | None = None

    @property
    def questions(self) -> tuple[Parameter, ...]:
        """The parameters that are asked for."""
        if self.asks is None:
            return self.command.parameters
        return tuple(one for name in self.asks for one in self.command.parameters if one.name == name)


class Open(NamedTuple):
    """An item that opens another program."""

    title: str
    program: str


class Free(NamedTuple):
    """The place of a number that is kept for something else."""


FREE = Free()
LONGEST_NAME = 74
"""Characters of the way to a menu, which is shown between asterisks."""
Leaf = Run | Open


class Menu(NamedTuple):
    """Items under a title; the number of an item is its place, counted from 1."""

    title: str
    items: tuple[Union[Leaf, "Menu", Free], ...]


Item = Leaf | Menu | Free
Allowed = Callable[[Leaf], bool]


def numbered(menu: Menu, allowed: Allowed) -> dict[int, Leaf | Menu]:
    """The items that somebody gets to see, by number; the others leave their numbers free."""
    return {number: one for number, one in enumerate(menu.items, 1)
            if not isinstance(one, Free) and _is_seen(one, allowed)}


def _is_seen(item: Item, allowed: Allowed) -> bool:
    """Whether there is anything to choose: a menu without items is none."""
    if isinstance(item, Menu):
        return any(_is_seen(one, allowed) for one in item.items)
    return not isinstance(item, Free) and allowed(item)


def walked(menus: tuple[Menu, ...], path: list[int], allowed: Allowed) -> tuple[tuple[Menu, ...], Leaf | None] | None:
    """Where a path of numbers leads from the last of `menus`: the menus down to there, and the item.

    None where no such path is seen.
    """
    for place, number in enumerate(path, 1):
        item = numbered(menus[-1], allowed).get(number)
        if isinstance(item, Menu):
            menus = (*menus, item)
        elif item is None or place < len(path):
            return None
        else:
            return menus, item
    return menus, None


def names(menus: tuple[Menu, ...]) -> str:
    """The way to the last of `menus`, as it is spelled everywhere: `Setup > Advanced options`.

    A long one begins with what fits into a line of 80 characters.
    """
    titles = [one.title for one in menus[1:] or menus]
    while len(" > ".join(titles)) > LONGEST_NAME:
        titles = ["...", *titles[2 if titles[0] == "..." else 1:]]
    return " > ".join(titles)
