"""The README names what there is: rooms of the code, files and programs."""

import re
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOM = re.compile(r"^- `(sysmgmt/[^`]+|boxmgmt|tests)` — ", re.MULTILINE)
MODULE = re.compile(r"`([a-z]\w*(?:/\w+)*\.(?:py|c|txt))`")
TABLE = re.compile(r"`([A-Z_]{4,})`")
PROGRAM = re.compile(r"`(?:python -m )?((?:tests|boxmgmt)\.[a-z][\w.]*)[` ]")


def test_every_room_of_the_code_has_a_line_and_each_line_its_room() -> None:
    within = {f"sysmgmt/{one.name}" for one in (ROOT / "sysmgmt").iterdir() if not one.name.startswith("__")}
    assert within | {"boxmgmt", "tests"} == set(ROOM.findall(README))


def test_every_program_that_is_named_is_there() -> None:
    named = set(PROGRAM.findall(README))
    assert {"tests.faults.kill", "tests.bench", "boxmgmt.pages"} <= named
    assert [one for one in sorted(named) if find_spec(one) is None] == []


def test_every_file_of_the_tests_and_the_manual_that_is_named_is_there() -> None:
    named = {*re.findall(r"`((?:tests|man|sysmgmt)/[\w./-]+)`", README),
             *(f"man/{one}" for one in re.findall(r"\b(?:box|sys)mgmtd?[\w-]*\.[178]\b", README))}
    assert {"man/boxmgmt-figures.7", "tests/mutation/survivors.txt"} <= named
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_every_module_that_is_named_is_there_and_every_table_in_the_code() -> None:
    """A path may leave out where it begins."""
    files = [str(one.relative_to(ROOT)) for top in ("sysmgmt", "boxmgmt", "tests") for one in (ROOT / top).rglob("*.*")
             if one.suffix in (".py", ".c", ".txt")]
    code = "".join((ROOT / one).read_text(encoding="utf-8") for one in files if one.endswith(".py"))
    named, tables = MODULE.findall(README), TABLE.findall(README)
    assert {"commands/snmp.py", "usm.py", "tests/faults/by_preload.c"} <= {*named}
    assert {"TELLS", "_CHOICES"} <= {*tables}
    assert [one for one in named if not any(f"/{each}".endswith(f"/{one}") for each in files)] == []
    assert [one for one in tables if not re.search(rf"^[A-Z_, ]*\b{one}\b.* = ", code, re.MULTILINE)] == []


def test_nobody_is_told_to_install_the_name_of_the_project_which_anybody_may_register() -> None:
    by_name = re.compile(r"pip[\w. ]* install [^\n]*?(?<![\w/.-])(?:box|sys)mgmtd?\b(?![/-])")
    assert by_name.search("pip install 'boxmgmt[ldap]'") and not by_name.search("/opt/boxmgmt/bin/pip install .")
    texts = [ROOT / "README.md", *(one for room in ("sysmgmt", "boxmgmt", "man") for one in (ROOT / room).rglob("*")
                                   if one.suffix in (".py", ".txt", ".1", ".7", ".8"))]
    assert [one.name for one in texts if by_name.search(one.read_text(encoding="utf-8"))] == []
