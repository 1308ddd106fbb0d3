"""No figure without its command, its date and the machine; and the page shows what the rows say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS
from tests.figures import table
from tests.figures.missed import WHY, why

CAMPAIGNS = [*sorted(one.parent.name for one in Path(__file__).parents[1].glob("*/__main__.py")), "faults.kill"]


def test_every_figure_has_its_command_date_and_machine_and_the_command_is_there() -> None:
    assert list(table.problems()) == []
    assert all(one.command.split()[-1] in PARTS for one in table.rows() if one.chapter == "Speed")


def test_a_row_that_lacks_something_is_noticed() -> None:
    good = table.row("Speed", "a start", "", "7 ms", "python -m tests.bench starts")
    assert list(table.problems([good])) == []
    for bad in (good._replace(command="python -m tests.nothing"), good._replace(command="ls"),
                good._replace(date="yesterday"), good._replace(machine=""), good._replace(figure=""),
                good._replace(figure="7 ms: missed")):
        assert list(table.problems([bad])), bad


def test_what_is_missed_says_why() -> None:
    missed = [one for one in table.rows() if one.is_missed]
    told = table.page().replace("\\-", "-")
    assert all(why(one.claim) in told for one in missed)
    assert all(any(one.claim.startswith(begins) for one in table.rows()) for begins in WHY), "a reason of no figure"


def test_the_page_of_the_manual_is_current() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.page(), "run: python -m tests.figures --write"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_campaign_tells_what_it_does_and_what_it_takes(name: str) -> None:
    told = start(name).stdout
    assert told.startswith(f"usage: python -m tests.{name} ") and "show this help" in told
    assert f"python -m tests.{name}" in told.split("\n\n")[1], "what it does"
    assert "{," not in told, "a choice that is empty"
    for one in re.split(r"\n  (?=\S)", told.split(":\n  ", 1)[1]):
        name_of, text = re.split(r"\s*\n {10,}|  +", one.split("\n\n")[0], maxsplit=1)
        takes_value = re.match(r"--[a-z]+ [^ ]", name_of)
        assert text and (not takes_value or "(" in text or "instead of" in text or name in ("figures", "requirements"))


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_campaign_without_the_packages_of_the_tests_says_so_in_a_sentence(name: str) -> None:
    """Started without site-packages, it lacks all of them."""
    done = start(name, "-S")
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("usage: ") or (done.returncode and re.fullmatch(
        r"The package \w+ is missing: in the clone, .*pip install '\.\[test,ldap,upload\]'.*\n", done.stderr))


def start(name: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Ask a campaign for its help."""
    return subprocess.run([sys.executable, *options, "-m", f"tests.{name}", "--help"], capture_output=True, text=True,
                          cwd=Path(__file__).parents[2])
