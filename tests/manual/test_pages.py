"""The manual pages in `man/` are those that the declarations make, and roff understands them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from boxmgmt.pages import PAGES
from sysmgmt.commands.catalog import CHAPTERS, COMMANDS
from sysmgmt.domain.errors import refusals
from sysmgmt.domain.event_kinds import KINDS, NO_ACTION
from tests.figures import table
from tests.requirements import proofs

MAN = Path(__file__).parents[2] / "man"


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_declarations_make(name: str) -> None:
    assert (MAN / name).read_text() == PAGES[name](), "run: python -m boxmgmt.pages man"


def test_no_other_page_is_kept() -> None:
    assert {path.name for path in MAN.iterdir()} == {*PAGES, proofs.PAGE.name, table.PAGE.name}


@pytest.mark.parametrize("name", [*PAGES, proofs.PAGE.name])
def test_roff_has_nothing_to_complain_about(name: str) -> None:
    assert shutil.which("groff"), "install groff-base"
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(MAN / name)], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""


def test_roff_complains_about_a_broken_page(tmp_path: Path) -> None:
    broken = tmp_path / "broken.1"
    broken.write_text(".TH A 1\n.SH B\n.nosuchmacro\n")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(broken)], capture_output=True, text=True)
    assert "nosuchmacro" in done.stderr


@pytest.mark.parametrize("page", sorted(MAN.iterdir()), ids=lambda page: page.name)
def test_no_line_of_a_page_is_wider_than_a_terminal(page: Path) -> None:
    shown = subprocess.run(["groff", "-man", "-Tascii", "-P-bou", "-P-c", "-rLL=78n", str(page)], capture_output=True,
                           text=True, check=True).stdout
    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_example_loses_its_place_or_half_a_line(name: str) -> None:
    assert [line for line in PAGES[name]().splitlines() if line.startswith("    ") and line.count("\\(aq") % 2] == []


def test_the_manual_says_that_a_reset_is_not_compared_with_the_last_passwords() -> None:
    levels = (MAN / "sysmgmt.1").read_text().split('.SH "SECURITY LEVELS"')[1].split(".SH ")[0]
    assert "none of the last 10 passwords in an own change" in levels
    assert "not the present password again in an own change" in levels and "last 1 " not in levels
    assert "not with what somebody else sets for them (set_user)" in levels


def test_every_command_parameter_and_code_is_in_the_manual() -> None:
    plain = (MAN / "sysmgmt.1").read_text().replace("\\-", "-")
    for _, names in CHAPTERS:
        for name in names:
            assert name in plain
            assert all(f"{one.name}=" in plain for one in COMMANDS[name].parameters)
    assert all(one.__name__ in plain for one in refusals())


@pytest.mark.checklist("R020")
def test_every_event_is_in_the_manual_with_what_to_do_about_it() -> None:
    plain = (MAN / "sysmgmt.1").read_text().replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", '"')
    for one in KINDS:
        assert f"\n\\fB{one.id} {one.name} ({one.level})\\fR\n" in plain, one.name
        assert f"Scope {one.scope}, topic {one.topic}. User action: " in plain
        assert (one.action or NO_ACTION).format(subject="SUBJECT") in plain
