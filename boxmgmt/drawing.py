"""How a menu looks: the seed's form, on 80 columns, with nothing that a screen reader cannot read."""

from collections.abc import Mapping

from boxmgmt.menu import Leaf, Menu, names

HELP = (
    "Enter the number of an item. Several numbers walk at once from where you are:",
    "in the Main Menu, 2.5.1 is the same as 2, then 5, then 1.",
    "B goes back, M goes to the Main Menu, Q quits; Enter alone shows the menu.",
    "At a question, ? explains it; Ctrl-C cancels, and the menu is back.",
)


def menu(menus: tuple[Menu, ...], items: Mapping[int, Leaf | Menu]) -> list[str]:
    """The lines that show the last of `menus` with `items`."""
    letters = ["[Q] Quit"] if len(menus) == 1 else ["[B] Back", "[M] Main Menu", "[Q] Quit"]
    return ["", f"** {names(menus)} **", *(f"[{number}] {one.title}" for number, one in items.items()), *letters]
