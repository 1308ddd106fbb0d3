"""No figure without its command, its date and the machine; and the page shows what the rows say."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS
from tests.figures import table

CAMPAIGNS = sorted(one.parent.name for one in Path(__file__).parents[1].glob("*/__main__.py"))


def test_every_figure_has_its_command_date_and_machine_and_the_command_is_there() -> None:
    assert list(table.problems()) == []
    assert all(one.command.split()[-1] in PARTS for one in table.rows() if one.chapter == "Speed")


def test_a_row_that_lacks_something_is_noticed() -> None:
    good = table.row("Speed", "a start", "", "7 ms", "python -m tests.bench starts")
    assert list(table.problems([good])) == []
    for bad in (good._replace(command="python -m tests.nothing"), good._replace(command="ls"),
                good._replace(date="yesterday"), good._replace(machine=""), good._replace(figure="")):
        assert list(table.problems([bad])), bad


def test_the_page_of_the_manual_is_current() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.page(), "run: python -m tests.figures --write"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_campaign_tells_what_it_does_and_what_it_takes(name: str) -> None:
    told = subprocess.run([sys.executable, "-m", f"tests.{name}", "--help"], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2]).stdout
    assert told.startswith(f"usage: python -m tests.{name} ") and "show this help" in told
    assert f"python -m tests.{name}" in told.split("\n\n")[1], "what it does"
