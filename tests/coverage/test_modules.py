"""The list of what is measured is the product as it is: nothing that a listed module stands on is forgotten."""

import ast
from collections.abc import Iterator

from tests.coverage.modules import CHAPTERS, ELSEWHERE, NOT_THE_STATE, SYSMGMT, file_of, paths

LISTED = {one for modules in CHAPTERS.values() for one in modules}


def imported(module: str) -> Iterator[str]:
    """The modules of domain, engine, store and vault that a module imports."""
    for node in ast.walk(ast.parse(file_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sysmgmt."):
            place = node.module.removeprefix("sysmgmt.").replace(".", "/")
            yield from (whole if file_of(whole := f"{place}/{name.name}").is_file() else place for name in node.names)


def test_each_module_that_is_listed_is_there_once() -> None:
    assert all(path.is_file() for path in paths()) and len(paths()) == len(LISTED)


def test_what_a_listed_module_imports_is_listed_or_named_with_what_it_is() -> None:
    needed = {one for module in LISTED for one in imported(module)}
    assert "domain/model" in needed, "the control"
    assert needed - LISTED - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) <= needed - LISTED and all(len(what) > 15 for what in ELSEWHERE.values())


def test_every_module_of_the_store_is_listed_or_keeps_something_else() -> None:
    store = {f"store/{one.stem}" for one in (SYSMGMT / "store").glob("*.py") if one.stem != "__init__"}
    assert store - LISTED == set(NOT_THE_STATE)
