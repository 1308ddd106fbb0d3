"""Which tests name which requirement, read from their markers, and the page of the manual that tells."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sysmgmt import __version__
from sysmgmt.screen.pages import roff
from tests.requirements.unmet import UNMET

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "man" / "boxmgmt-requirements.7"
ROWS = Path(__file__).with_name("rows.txt")


class Row(NamedTuple):
    """A requirement: its number, where it comes from, what it says."""

    number: int
    sources: str
    says: str


def rows() -> list[Row]:
    """All requirements."""
    parts = (line.split("|") for line in ROWS.read_text(encoding="utf-8").splitlines())
    return [Row(int(number), sources, says) for number, sources, says in parts]


@cache
def named() -> Mapping[int, list[str]]:
    """The tests that name each requirement, as pytest takes them."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for number in _numbers(node):
                    found.setdefault(number, []).append(f"{path.relative_to(TESTS.parent)}::{node.name}")
    return found


def _numbers(function: ast.FunctionDef) -> Iterator[int]:
    for one in function.decorator_list:
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.requirement":
            yield from (each.value for each in one.args if isinstance(each, ast.Constant) and type(each.value) is int)


def met() -> list[Row]:
    """The requirements that are met; `problems` tells of one that no test names."""
    return [one for one in rows() if one.number not in UNMET]


def problems() -> Iterator[str]:
    """What is wrong with the coverage: each row is named by a test or listed with a reason.

    A row that is listed may have tests as well: of what is there of it.
    """
    for one in met():
        if one.number not in named():
            yield f"row {one.number} ({one.says}) is neither named by a test nor listed"
    for number in {*named(), *UNMET} - {one.number for one in rows()}:
        yield f"there is no row {number}"


def summary() -> str:
    """How many are met, in a sentence."""
    return f"{len(met())} of {len(rows())} requirements are met, each named by a test that proves it."


def page() -> str:
    """boxmgmt-requirements(7)."""
    proven = [(f"{one.number}. {one.says}", f"{one.sources}.") for one in met()]
    left = [(f"{one.number}. {one.says}", f"{one.sources}. {UNMET[one.number]}")
            for one in rows() if one.number in UNMET]
    return "\n".join([
        *roff.title("boxmgmt-requirements", 7, __version__),
        *roff.heading("NAME"), roff.escape("boxmgmt-requirements - which requirements of the standards are met"),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(
            f"{summary()}\n\n"
            "In a clone, python -m tests.requirements prints which tests those are, and with --sabotage switches "
            "the rules off, one at a time, and prints the rows whose tests stay green.\n\n"
            "check_compliance of sysmgmt(1) tells which of them the settings of a box fulfil."),
        *roff.heading("MET"), *roff.terms(proven),
        *roff.heading("NOT MET"), *roff.terms(left),
        *roff.heading("SEE ALSO"), r"\fBsysmgmt\fR(1), \fBboxmgmt\fR(1)",
    ]) + "\n"
