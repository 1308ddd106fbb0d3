"""What people did can be told from the bookkeeping of the box, in the audit."""

from typing import Any

import pytest

from tests.support.box import Client, TestBox

BOB = "bob-first-1"
PEOPLES = ("log_in", "add_user", "add_group", "get_users", "no_such_command", "add_role")


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box on which somebody has done something, looked at something, and tried something."""
    client = basic.admin()
    client.do(f"add_user name=bob role=monitor password={BOB} must_change=no")
    client.do("add_group name=g1 --dry-run")
    client.do("add_group name=g1")
    client.do("add_group name=g1")
    bob = basic.client("bob", BOB)
    for line in ("get_users", "add_role name=r permissions=view", "no_such_command"):
        bob.do(line)
    return client


def records(admin: Client, more: str) -> list[dict[str, Any]]:
    """Records of before the present moment."""
    found: list[dict[str, Any]] = list(admin.facts(f"get_audit_log limit=1000 {more}")["records"])
    return [one for one in found if one["command"] != "get_audit_log"]


def test_changes_are_what_people_changed_or_tried_to(admin: Client) -> None:
    found = [(one["user"], one["command"], one.get("code")) for one in records(admin, "kind=changes")]
    assert [one for one in found if one[1] != "install"] == [
        ("admin", "add_user", None), ("admin", "add_user", "Done"), ("admin", "add_group", None),
        ("admin", "add_group", "Done"), ("admin", "add_group", None), ("admin", "add_group", "GroupExists"),
        ("bob", "add_role", "PermissionDenied")]


def test_requests_are_all_that_people_asked_for_and_the_rest_is_the_boxs_own(admin: Client) -> None:
    requests, own = records(admin, "kind=requests"), records(admin, "kind=own")
    assert {one["command"] for one in requests} - {"install"} == {*PEOPLES}
    assert {"take_attempt", "give_attempt_back", "open_session"} <= {one["command"] for one in own}
    numbers = [one["number"] for one in (*requests, *own)]
    assert sorted(numbers) == [one["number"] for one in records(admin, "")][:len(numbers)]
    assert records(admin, "kind=all")[0]["number"] == 1


def test_kind_goes_together_with_the_other_filters_and_is_checked(admin: Client) -> None:
    assert [one["command"] for one in records(admin, "kind=changes user=bob")] == ["add_role"]
    assert records(admin, "kind=own command=add_user") == []
    assert admin.do("get_audit_log kind=mine").code == "InvalidValue"


@pytest.mark.parametrize("command, warned", [
    ("add_usr", ("There is no command add_usr. Did you mean add_user?",)), ("nothing_like_it", (
        "There is no command nothing_like_it.",)),
    ("add_user", ()), ("remove_user", ()), ("take_attempt", ()), ("log_in", ()), ("no_such_command", ())])
def test_a_command_that_there_is_not_is_warned_of_where_no_record_has_it(
        admin: Client, command: str, warned: tuple[str, ...]) -> None:
    answer = admin.do(f"get_audit_log command={command}")
    assert answer.code == "Done" and answer.warnings == warned


def test_commands_are_offered(admin: Client) -> None:
    offered = admin.door.offers("get_audit_log", "command", {})
    assert {"add_user", "log_in", "get_audit_log"} <= {*offered} and "take_attempt" not in offered
