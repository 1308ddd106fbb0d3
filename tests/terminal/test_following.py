"""get_events_log follow=yes at a terminal: what happens appears by itself, and leaves one record in the audit."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest

from boxmgmt.menu import Free, Menu
from boxmgmt.tree import MAIN
from tests.screen.harness import ENVIRONMENT
from tests.support import box
from tests.support.box import ADMIN_PASSWORD, EMBEDDED, MODES, SERVICE, TestBox
from tests.support.program import ROOT, sysmgmt

HINT = "Press q or Ctrl-C to end."


@pytest.fixture(params=MODES)
def one(templates: Callable[[str], TestBox], folder: Path, request: pytest.FixtureRequest) -> Iterator[TestBox]:
    """A box, and a file with its password beside it."""
    with closing(box.copy(templates("basic"), folder / "state", request.param)) as found:
        password = folder / "password"
        password.touch(0o600)
        password.write_text(ADMIN_PASSWORD)
        yield found


def started(one: TestBox, module: str = "sysmgmt", term: str = "xterm") -> Any:
    """A program at its prompt."""
    password = one.folder.parent / "password"
    command = ["-m", module, *one.options, "--user", "admin", "--password-file", str(password)]
    child = pexpect.spawn(sys.executable, command, env=ENVIRONMENT | {"TERM": term}, dimensions=(50, 100),
                          encoding="utf-8", timeout=20, cwd=ROOT)
    child.delaybeforesend = None
    child.expect_exact({"sysmgmt": "box1>", "boxmgmt": "box1:"}[module])
    return child


def records(one: TestBox) -> list[dict[str, Any]]:
    """What the audit has of it."""
    return [each for each in one.audit() if each["command"] == "get_events_log"]


@pytest.mark.checklist("R021")
@pytest.mark.parametrize("key", ["q", "\x03"])
def test_events_appear_as_they_happen_until_a_key_ends_it(one: TestBox, key: str) -> None:
    child = started(one)
    child.send("get_events_log follow=yes topic=users\r")
    child.expect_exact(HINT)
    other = one.admin()
    for name in ("g1", "bob"):
        line = f"add_group name={name}" if name == "g1" else 'add_user name=bob role=monitor password="bob-first-1"'
        assert other.do(line).code == "Done"
    child.expect_exact("User bob was added.")
    assert "g1" not in child.before, "the filter holds"
    other.do("add_role name=crew permissions=se")
    child.expect_exact("The role crew was added, changed or removed.")
    child.send(key)
    child.expect_exact("box1>")
    child.send("get_current_user\r")
    child.expect_exact("Role: administrator")
    child.send("quit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and len(records(one)) == 1


def test_more_events_than_lines_are_followed_without_a_pager(one: TestBox) -> None:
    admin = one.admin()
    for number in range(60):
        assert admin.do(f"add_group name=g{number}").code == "Done"
    child = started(one)
    child.send("get_events_log follow=yes limit=60\r")
    child.expect_exact(HINT)
    assert admin.do("add_group name=last").code == "Done"
    child.expect_exact("The consistency group last was added or removed.")
    child.send("q")
    child.expect_exact("box1>")
    child.close(force=True)


def test_it_ends_with_the_session(one: TestBox) -> None:
    child = started(one)
    child.send("get_events_log follow=yes\r")
    child.expect_exact(HINT)
    other = one.admin()
    mine = other.door.caller.session
    sessions = [each["session"] for each in other.facts("get_sessions")["sessions"] if each["session"] != mine]
    for each in sessions:
        assert other.do(f"end_session session={each}").code == "Done"
    child.expect_exact("Error: ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 5


def test_the_menu_follows_too_and_a_dumb_terminal(one: TestBox) -> None:
    if one.mode == SERVICE:
        return  # once is enough
    child = started(one, "boxmgmt", "dumb")
    diagnostics = next(each for each in MAIN.items if isinstance(each, Menu) and each.title == "Diagnostics")
    titles = [each.title for each in diagnostics.items if not isinstance(each, Free)]
    child.send(f"3.{1 + titles.index('Follow the events')}\r")
    child.expect_exact("Level")
    child.send("\r")
    child.expect_exact("Text")
    child.send("\r")
    child.expect_exact(HINT)
    assert one.admin().do("add_group name=g1").code == "Done"
    child.expect_exact("The consistency group g1 was added or removed.")
    child.send("q")
    child.expect_exact("Diagnostics")
    child.close(force=True)


def test_a_script_is_told_how_to_do_it(one: TestBox) -> None:
    if one.mode == EMBEDDED:
        done = sysmgmt(one.folder, "get_events_log follow=yes\n", *one.options)
        assert done.returncode == 2 and b"after=NUMBER" in done.stderr
    admin = one.admin()
    assert admin.door.follow(0).code == "InvalidValue", "nothing was asked to be followed"
    assert admin.do("get_events_log follow=yes").code == "Done" and admin.door.follow(0).status == 0
    assert admin.do("get_groups").code == "Done"
    assert admin.door.follow(0).code == "InvalidValue", "another command ends it"


def test_what_is_written_as_it_stands_is_not_put_into_a_pager(one: TestBox) -> None:
    child = started(one)
    child.send("get_snmp_mib\r")
    child.expect_exact("BOXMGMT-MIB DEFINITIONS")
    child.expect_exact("\r\nEND\r\n")
    child.expect_exact("box1>")
    assert "\x1b[?1049h" not in child.before
    child.close(force=True)
