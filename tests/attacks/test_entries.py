"""Every entry of boxmgmtd: without a session, by somebody else, out of order, with made-up answers."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sysmgmt.service.calls import CALLS
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import Boxmgmtd, call, for_all, running

STRANGER = 65000
PASSWORD = "Mona-Pass-12"
CONVERSE = """import json, sys
from pathlib import Path
from tests.support.boxmgmtd import Raw
raw = Raw(Path(sys.argv[1]))
for line in sys.stdin:
    print(json.dumps(raw.say(line.strip().encode())))"""
GIVEN: dict[str, dict[str, Any]] = {
    "LogIn": {"name": "admin", "password": "wrong"},
    "Run": {"request": {"command": "get_users", "texts": {}}},
    "RunTogether": {"requests": [{"request": {"command": "add_group", "texts": {"name": "g"}}}]},
    "Barred": {"command": "get_users"},
    "Check": {"command": "get_users", "parameter": "name", "texts": {"name": "admin"}},
    "Offers": {"command": "get_users", "parameter": "name", "texts": {}},
    "LogOut": {"reason": "x"}, "Explain": {"type": "x", "frames": []},
    **{one: {"name": "admin", "password": ADMIN_PASSWORD, "service": "sshd", "rhost": "192.0.2.1", "tty": ""}
       for one in ("Authenticate", "Account", "OpenSession", "CloseSession", "Keys")},
}
"""What each call is given so that it would do something, if it did."""


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    basic.add("mona", PASSWORD)
    with running(basic) as one:
        yield one


def as_uid(daemon: Boxmgmtd, uid: int, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """What boxmgmtd answers to a process of `uid` that sends these messages over one connection."""
    python, environment = for_all()
    done = subprocess.run([python, "-c", CONVERSE, str(daemon.path)], user=uid, group=uid, extra_groups=[], cwd="/",
                          input="".join(json.dumps(one) + "\n" for one in messages).encode(), env=environment,
                          capture_output=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(command: str, **texts: str) -> dict[str, Any]:
    return call("Run", request={"command": command, "texts": texts, "confirmed": True})


def code(reply: dict[str, Any]) -> str:
    """The code of an answer, or the name of the error."""
    answer = reply.get("parameters", {}).get("answer") or {}
    return str(answer.get("code") or reply.get("error"))


def uid_of(daemon: Boxmgmtd, name: str) -> int:
    account = daemon.box.state.accounts.get(name)
    assert account and account.uid
    return account.uid


@pytest.mark.attack(11)
@pytest.mark.parametrize("method", sorted(CALLS))
def test_no_entry_does_anything_for_a_stranger(daemon: Boxmgmtd, method: str) -> None:
    before = daemon.box.state
    reply, = as_uid(daemon, STRANGER, call(method, **GIVEN.get(method, {})))
    shown = json.dumps(reply)
    assert "monitor" not in shown and "argon2" not in shown and '"code": "Done"' not in shown
    after = daemon.box.state
    assert (after.roles, after.groups, after.sessions, after.settings) == (
        before.roles, before.groups, before.sessions, before.settings)
    if method in ("Authenticate", "Account", "OpenSession", "CloseSession", "Keys"):
        assert reply["error"].endswith("InvalidParameter")


@pytest.mark.attack(11)
def test_with_a_session_the_same_calls_answer(daemon: Boxmgmtd) -> None:
    mona = uid_of(daemon, "mona")
    replies = as_uid(daemon, mona, call("Enter"), call("Run", **GIVEN["Run"]), call("Offers", **GIVEN["Offers"]))
    assert replies[0]["parameters"]["caller"]["user"] == "mona"
    assert code(replies[1]) == "Done" and "mona" in replies[2]["parameters"]["offers"]
    assert "admin" not in json.dumps(as_uid(daemon, STRANGER, call("Offers", **GIVEN["Offers"])))


@pytest.mark.attack(16)
@pytest.mark.parametrize("role", ["", "nosuch", "Administrator", "administrator "])
def test_a_user_whose_role_does_not_exist_may_do_nothing(daemon: Boxmgmtd, role: str) -> None:
    daemon.box.replace("mona", role=role)
    daemon.restart()
    mona = uid_of(daemon, "mona")
    replies = as_uid(daemon, mona, *(run(one) for one in ("get_users", "get_system_status", "get_roles")),
                     run("add_group", name="g"), run("set_user", name="mona", role="administrator"))
    assert {code(one) for one in replies} <= {"PermissionDenied", "None", "InternalError"}
    assert daemon.box.state.accounts.get("mona").role == role  # type: ignore[union-attr]


@pytest.mark.attack(16)
def test_a_removed_user_is_nobody_at_every_entry(daemon: Boxmgmtd) -> None:
    mona = uid_of(daemon, "mona")
    assert code(as_uid(daemon, mona, run("get_users"))[0]) == "Done", "the control"
    own = daemon.connect()
    assert code(own.call("LogIn", name="admin", password=ADMIN_PASSWORD)) == "Done"
    assert code(own.say(json.dumps(run("remove_user", name="mona")).encode())) == "Done"
    assert code(as_uid(daemon, mona, run("get_users"))[0]) != "Done"
    root = daemon.connect()
    known = {"name": "mona", "password": PASSWORD, "service": "sshd", "rhost": "192.0.2.1", "tty": ""}
    assert root.call("Authenticate", **known)["parameters"]["accepted"] is False
    assert root.call("Account", **known)["parameters"]["accepted"] is False
    assert root.call("OpenSession", **known)["parameters"]["accepted"] is False
    assert root.call("Keys", **known)["parameters"]["keys"] == []
    assert code(root.call("LogIn", name="mona", password=PASSWORD)) == "LoginFailed"


@pytest.mark.attack(31)
@pytest.mark.parametrize("messages", [
    [run("get_users")], [call("LogOut"), run("get_users")], [call("Enter"), run("get_users")],
    [call("LogIn", name="admin", password="wrong"), run("get_users")],
    [call("LogIn", name="", password=""), run("get_users")],
    [call("LogIn", name="admin"), run("get_users")],
    [call("LogOut", reason="x"), call("LogOut", reason="x"), call("Standing"), run("get_users")],
    [call("OpenSession", name="admin", service="sshd", rhost="", tty=""), run("get_users")],
    [call("Run", answer={"command": "log_in", "code": "Done", "status": 0}), run("get_users")],
    [call("Run", request={"command": "log_in", "texts": {"name": "admin"}}), run("get_users")],
    [call("Run", request={"command": "open_session", "texts": {"name": "admin", "session": "x", "process": "x"}}),
     run("get_users")]])
def test_no_order_of_steps_is_a_login(daemon: Boxmgmtd, messages: list[dict[str, Any]]) -> None:
    replies = as_uid(daemon, STRANGER, *messages)
    assert code(replies[-1]) == "LoginNeeded"
    assert len(daemon.box.state.sessions) == 0


@pytest.mark.attack(31)
def test_a_second_login_is_the_one_that_counts_and_a_failed_one_is_none(daemon: Boxmgmtd) -> None:
    raw = daemon.connect()
    for name, password, user in (("admin", ADMIN_PASSWORD, "admin"), ("mona", PASSWORD, "mona"),
                                 ("admin", "wrong", "")):
        raw.call("LogIn", name=name, password=password)
        reply = raw.say(json.dumps(run("get_current_user")).encode())
        assert reply["parameters"]["caller"]["user"] == user
        assert code(reply) == ("Done" if user else "LoginNeeded")


@pytest.mark.attack(36)
@pytest.mark.parametrize("told", [
    {"code": "Done", "status": 0}, {"code": "Unchanged", "status": 0}, {"code": "Done", "status": 1},
    {"code": "PermissionDenied", "status": 0}, {"code": "Owned\u001b[2J", "status": 1}, {"code": {}, "status": 1},
    {"code": "Cancelled", "status": 1, "message": 7}, {"code": "Cancelled", "status": 1, "command": ["x"]}])
@pytest.mark.parametrize("way", ["Run", "RunTogether"])
def test_nobody_has_the_audit_say_that_something_was_done(daemon: Boxmgmtd, told: dict[str, Any], way: str) -> None:
    mona, answer = uid_of(daemon, "mona"), {"answer": {"command": "remove_user", **told}}
    before = len(daemon.box.audit())
    reply, = as_uid(daemon, mona, call(way, **(answer if way == "Run" else {"requests": [answer]})))
    assert reply["error"].endswith("InvalidParameter")
    assert [one for one in daemon.box.audit()[before:] if one.get("command") == "remove_user"] == []


@pytest.mark.attack(36)
def test_what_a_shell_refuses_by_itself_is_recorded_as_a_refusal(daemon: Boxmgmtd) -> None:
    told = {"command": "get_users", "code": "InvalidValue", "status": 2, "message": "Not so."}
    reply, = as_uid(daemon, uid_of(daemon, "mona"), call("Run", answer=told))
    assert code(reply) == "InvalidValue" and reply["parameters"]["answer"]["message"] == "Not so."
    assert ("mona", "InvalidValue") in [(one.get("user"), one.get("code")) for one in daemon.box.audit()]
