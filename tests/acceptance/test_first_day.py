"""The first day of an administrator: the same commands through every way in give the same results."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from sysmgmt.domain.roles import PREDEFINED
from tests.support.box import ADMIN_PASSWORD, TestBox, copy
from tests.support.program import at_terminal, sysmgmt

HERE = Path(__file__).parent
BATCH = (HERE / "first_day.txt").read_text()
CODES = (HERE / "first_day.codes").read_text().split()
LINES = [line for line in BATCH.splitlines() if line and not line.startswith("#")]
SPEAKS_OF_PASSWORD = LINES.index("add_user name=eve role=monitor")
"""The one line that lacks a value: a terminal asks for it."""
FIRST_FAILURE = 1
"""The exit status of UserExists."""
CAROLS = "p|pe>an;d#x"
USER_FIELDS = {"name", "type", "role", "groups", "locked", "locked_since", "must_change_password",
               "password_changed_at", "password_expires_at", "last_login_at", "last_login_from", "failed_logins",
               "ssh_keys"}


def codes(output: bytes) -> list[str]:
    """The codes of answers, one JSON line each."""
    return [json.loads(line)["code"] for line in output.splitlines()]


def ask(box: TestBox, line: str) -> Any:
    """What another process answers to a line of admin, who had to choose a new password."""
    done = sysmgmt(box.folder, f'set_password current_password="{ADMIN_PASSWORD}" new_password="AnOther-12"\n{line}\n',
                   "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout.splitlines()[1])["result"]


def stable(box: TestBox) -> Any:
    """What the first day left of the state, without times, hashes and sessions."""
    state = box.state
    accounts = {one.name: (one.role, one.type, one.groups, one.must_change_password, one.locked_by, one.strikes)
                for one in state.accounts.values()}
    return accounts, dict(state.roles.items()), list(state.groups), state.settings.level


def test_every_command_gives_its_code_and_the_exit_is_that_of_the_first_failure(basic: TestBox) -> None:
    done = sysmgmt(basic.folder, BATCH, "--json", "--keep-going")
    assert codes(done.stdout) == CODES
    assert done.returncode == FIRST_FAILURE
    assert [json.loads(line)["command"] for line in done.stdout.splitlines()] == [line.split()[0] for line in LINES]


def test_without_keep_going_it_ends_at_the_first_failure_and_names_it(basic: TestBox) -> None:
    done = sysmgmt(basic.folder, BATCH)
    assert done.returncode == FIRST_FAILURE
    assert done.stderr.decode() == "line 4: Error: User bob already exists.\n"
    assert list(basic.state.accounts) == ["admin", "bob"]


def test_a_second_process_finds_exactly_what_was_done(basic: TestBox) -> None:
    sysmgmt(basic.folder, BATCH, "--json", "--keep-going")
    users = {one["name"]: one for one in ask(basic, "get_users")["users"]}
    assert {name: one["role"] for name, one in users.items()} == {
        "admin": "administrator", "bob": "operators", "carol": "operators"}
    assert all(set(one) == USER_FIELDS for one in users.values())
    assert all(one["type"] == "local" and one["groups"] is None and not one["locked"] for one in users.values())
    assert users["bob"]["must_change_password"] and users["carol"]["must_change_password"]


def test_a_second_process_finds_exactly_the_roles(basic: TestBox) -> None:
    sysmgmt(basic.folder, BATCH, "--json", "--keep-going")
    roles = {one["name"]: one for one in ask(basic, "get_roles")["roles"]}
    assert set(roles) == {*PREDEFINED, "operators"}
    assert roles["operators"] == {"name": "operators", "predefined": False,
                                  "permissions": ["failover", "target_image", "view"]}


@pytest.mark.requirement(25)
def test_carol_gets_in_with_her_password_and_must_change_it(basic: TestBox) -> None:
    sysmgmt(basic.folder, BATCH, "--json", "--keep-going")
    done = sysmgmt(basic.folder, "get_roles\n", "--json", user="carol", password=CAROLS)
    assert (codes(done.stdout), done.returncode) == (["MustChangePassword"], 1)


@pytest.mark.requirement(25)
@pytest.mark.parametrize("place", range(len(CAROLS)))
def test_carol_does_not_get_in_with_one_character_changed(basic: TestBox, place: int) -> None:
    sysmgmt(basic.folder, f'add_user name=carol role=monitor password="{CAROLS}"\n')
    wrong = CAROLS[:place] + chr(ord(CAROLS[place]) ^ 1) + CAROLS[place + 1:]
    client = basic.client()
    assert client.log_in("carol", wrong).code == "LoginFailed"
    assert client.log_in("carol", CAROLS).code == "Done"


def test_carol_does_not_get_in_with_a_shortened_password(basic: TestBox) -> None:
    sysmgmt(basic.folder, f'add_user name=carol role=monitor password="{CAROLS}"\n')
    done = sysmgmt(basic.folder, "get_roles\n", "--json", user="carol", password=CAROLS[:1])
    assert json.loads(done.stdout) == {"command": None, "code": "LoginFailed", "status": 4,
                                       "message": "Login failed.", "hint": None}
    assert done.returncode == 4


def test_the_cmd2_shell_leaves_an_equal_state(basic: TestBox) -> None:
    again = copy(basic, basic.folder.parent / "second")
    short = sysmgmt(basic.folder, BATCH, "--json", "--keep-going")
    long = sysmgmt(again.folder, BATCH, "--json", "--keep-going", "--no-shortcut")
    assert codes(long.stdout) == CODES
    assert (long.returncode, long.stderr) == (short.returncode, short.stderr)
    assert stable(again) == stable(basic)


def test_an_atomic_batch_leaves_none_of_it(basic: TestBox) -> None:
    before = stable(basic)
    done = sysmgmt(basic.folder, BATCH, "--json", "--atomic")
    first = CODES.index("UserExists")
    wanted = ["NotApplied"] * len(LINES)
    wanted[first] = "UserExists"
    assert codes(done.stdout) == wanted
    assert done.returncode == FIRST_FAILURE
    assert stable(basic) == before


def test_an_atomic_batch_without_failures_leaves_all_of_it(basic: TestBox) -> None:
    good = "\n".join(line for line, code in zip(LINES, CODES, strict=True) if code in ("Done", "Unchanged"))
    done = sysmgmt(basic.folder, good, "--json", "--atomic")
    assert set(codes(done.stdout)) == {"Done", "Unchanged"} and done.returncode == 0
    assert list(basic.state.accounts) == ["admin", "bob", "carol"]


def typed(child: Any, line: str) -> str:
    """Type a line at the prompt; what is shown until the next one."""
    child.send(line + "\r")
    child.expect(r"box1> ")
    return str(child.before)


def test_typed_on_a_terminal_it_gives_the_same_results(basic: TestBox) -> None:
    child = at_terminal(basic.folder, "--json")
    child.expect("Password")
    child.expect(" > ")
    child.send(ADMIN_PASSWORD + "\r")
    child.expect("box1> ")
    found = []
    for number, line in enumerate(LINES):
        if number == SPEAKS_OF_PASSWORD:
            child.send(line + "\r")
            child.expect("New password")
            child.expect(" > ")
            time.sleep(0.1)  # a terminal discards what was typed before it is put into its hidden mode
            child.send("\x03")
            child.expect("box1> ")
            shown = str(child.before)
        else:
            shown = typed(child, line)
        found.append(re.findall(r'"code": "(\w+)"', shown))
    wanted = list(CODES)
    wanted[SPEAKS_OF_PASSWORD] = "Cancelled"
    assert found == [[code] for code in wanted]
    child.send("quit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert list(basic.state.accounts) == ["admin", "bob", "carol"]
