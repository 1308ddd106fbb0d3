"""The menu as data: numbers are places and never move."""

import pytest

from boxmgmt.menu import FREE, Item, Leaf, Menu, Open, Run, names, numbered, walked
from boxmgmt.tree import MAIN
from sysmgmt.commands import box
from sysmgmt.commands.catalog import CATALOG

ONE, TWO, THREE = (Run(title, box.get_system_status) for title in ("One", "Two", "Three"))
INNER = Menu("Inner", (TWO,))
OUTER = Menu("Outer", (ONE, INNER, FREE, THREE))


def everything(item: Leaf) -> bool:
    return True


@pytest.mark.checklist("R117")
def test_the_main_menu_has_the_six_entries_of_the_guide() -> None:
    assert MAIN.title == "Main Menu"
    titles = [one.title for one in MAIN.items if isinstance(one, (Run, Menu, Open))]
    assert titles == ["Installation", "Setup", "Diagnostics", "Cluster operations", "Shutdown / Reboot operations",
                      "System management CLI"]


def test_the_security_options_are_where_the_guide_says() -> None:
    spelled = [names(menus) for menus in every_menu((MAIN,))]
    assert "Setup > Advanced options > Security options" in spelled


def every_menu(menus: tuple[Menu, ...]) -> list[tuple[Menu, ...]]:
    below = [found for one in menus[-1].items if isinstance(one, Menu) for found in every_menu((*menus, one))]
    return [menus, *below]


def leaves(item: Item) -> list[Run]:
    if isinstance(item, Menu):
        return [leaf for one in item.items for leaf in leaves(one)]
    return [item] if isinstance(item, Run) else []


def test_every_item_runs_a_declared_command_with_parameters_that_it_has() -> None:
    for leaf in leaves(MAIN):
        assert leaf.command in CATALOG
        assert all(leaf.command.parameter(name) for name in leaf.given)


def test_a_hidden_item_leaves_its_number_free() -> None:
    assert list(numbered(OUTER, lambda item: item != ONE)) == [2, 4]


def test_a_reserved_number_is_no_item() -> None:
    assert list(numbered(OUTER, everything)) == [1, 2, 4]


def test_a_menu_without_items_disappears() -> None:
    assert list(numbered(OUTER, lambda item: item != TWO)) == [1, 4]


def test_a_path_of_numbers_walks_at_once() -> None:
    assert walked((OUTER,), [2, 1], everything) == ((OUTER, INNER), TWO)
    assert walked((OUTER,), [2], everything) == ((OUTER, INNER), None)


@pytest.mark.parametrize("path", [[3], [5], [0], [-1], [1, 1], [2, 2], [2, 1, 1]])
def test_a_path_that_leads_nowhere_is_none(path: list[int]) -> None:
    assert walked((OUTER,), path, everything) is None


@pytest.mark.requirement(63)
def test_a_hidden_item_cannot_be_walked_to() -> None:
    assert walked((OUTER,), [2, 1], lambda item: item != TWO) is None
