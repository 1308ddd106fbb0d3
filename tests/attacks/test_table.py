"""The table is complete, and says what the tests say."""

import ast
from pathlib import Path

from tests.attacks.table import TABLE

LISTED = (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 32,
          33, 34, 35, 36, 37, 39, 40, 41, 43, 44, 45, 48)
"""The rows of the standard list."""


def marked() -> dict[int, set[str]]:
    """The files of tests that try each row."""
    found: dict[int, set[str]] = {}
    for path in Path(__file__).parents[1].rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.attack":
                for one in node.args:
                    found.setdefault(ast.literal_eval(one), set()).add(path.stem)
    return found


def test_every_row_of_the_list_is_there_once_and_tried() -> None:
    assert tuple(one.number for one in TABLE) == LISTED
    assert [one.number for one in TABLE if not (one.doors and one.tried and one.control and one.tests)] == []


def test_the_tests_that_a_row_names_try_it() -> None:
    tried = marked()
    assert {one.number: set(one.tests) - tried.get(one.number, set()) for one in TABLE
            if set(one.tests) - tried.get(one.number, set())} == {}
    assert {number: names for number, names in tried.items()
            if names - {test for one in TABLE if one.number == number for test in one.tests}} == {}
