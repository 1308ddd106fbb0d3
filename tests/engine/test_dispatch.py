"""The road of a request: what it changes is stored, told, recorded and answered, and nothing else is."""

import json
from typing import Any

import pytest

from sysmgmt.domain.errors import AccountLocked, LoginFailed, SessionEnded, StorageFull
from sysmgmt.engine.request import refused
from tests.support.box import TestBox

BOB = "bob-first-1"
pytestmark = pytest.mark.embedded_only("the engine itself is looked at from its files")


def told(box: TestBox) -> list[tuple[str, str, str]]:
    """The events: what happened, by whom, and more about it."""
    lines = (box.folder / "events.journal").read_text().splitlines()
    return [(one["name"], one["user"], one["details"]) for one in map(json.loads, lines)]


def last(box: TestBox, count: int) -> list[dict[str, Any]]:
    """The last audit records, without what every one of them has."""
    kept = ("phase", "code", "changes", "dry_run")
    return [{field: one[field] for field in kept if field in one} for one in box.audit()[-count:]]


def test_a_change_is_stored_told_recorded_and_answered(basic: TestBox, mode: str) -> None:
    admin = basic.admin()
    generation, before = basic.state.generation, told(basic)
    answer = admin.do("add_role name=ops permissions=failover")
    assert (answer.code, answer.status, answer.result, answer.changes) == ("Done", 0, {"name": "ops"}, True)
    assert basic.state.generation == generation + 1 and "ops" in basic.state.roles
    assert told(basic) == [*before, ("RoleChanged", "admin", "roles ops: added")]
    assert last(basic, 2) == [
        {"phase": "intent"}, {"phase": "outcome", "code": "Done", "changes": ["roles ops: added"]}]


@pytest.mark.parametrize("line, code, recorded", [
    ("modify_role name=ops permissions=failover", "Unchanged", [
        {"phase": "intent"}, {"phase": "outcome", "code": "Unchanged"}]),
    ("add_role name=ops permissions=failover", "RoleExists", [
        {"phase": "intent"}, {"phase": "outcome", "code": "RoleExists"}]),
    ("remove_role name=ops --dry-run", "Done", [{"code": "Done", "dry_run": True}]),
    ("get_roles", "Done", [{"code": "Done"}]), ("get_nothing", "UnknownCommand", [{"code": "UnknownCommand"}]),
    ("open_session name=admin", "UnknownCommand", [{"code": "UnknownCommand"}])])
def test_what_changes_nothing_is_recorded_and_that_is_all(
        basic: TestBox, mode: str, line: str, code: str, recorded: list[dict[str, Any]]) -> None:
    admin = basic.admin()
    admin.do("add_role name=ops permissions=failover")
    state, before = basic.state, told(basic)
    answer = admin.do(line)
    assert answer.code == code and answer.dry_run == ("--dry-run" in line)
    assert basic.state == state and told(basic) == before
    assert last(basic, len(recorded)) == recorded


def test_who_is_limited_to_a_group_changes_no_other(basic: TestBox, mode: str) -> None:
    admin = basic.admin()
    for line in ("add_group name=g1", "add_group name=g2",
                 f'add_user name=eve role=sysmgmt groups=g1 password="{BOB}" must_change=no'):
        assert admin.do(line).code == "Done"
    assert basic.client("eve", BOB).do("remove_group name=g2").code == "PermissionDenied"
    assert list(basic.state.groups) == ["g1", "g2"]


def test_a_session_that_is_over_ends_what_is_asked_in_it_and_other_refusals_do_not() -> None:
    ends = {one.code: refused("get_users", one).fatal for one in (
        SessionEnded(reason="over"), AccountLocked(), StorageFull(folder="x"), LoginFailed())}
    assert ends == {"SessionEnded": True, "AccountLocked": True, "StorageFull": False, "LoginFailed": False}


@pytest.mark.parametrize("line", ["get_roles", "add_role name=ops permissions=failover"])
def test_a_state_that_cannot_be_read_is_an_answer_that_is_recorded(basic: TestBox, mode: str, line: str) -> None:
    admin = basic.admin()
    state, aside = basic.folder / "state.journal", basic.folder / "aside"
    state.rename(aside)
    state.write_bytes(b"?\n" + aside.read_bytes())
    assert admin.do(line).code == "StateDamaged"
    assert basic.audit()[-1]["code"] == "StateDamaged"
    assert [one.code for one in admin.together(line)] == ["StateDamaged"]
    aside.rename(state)
    assert admin.do("get_roles").code == "Done"


def test_what_a_batch_changes_as_a_whole_is_told_as_each_change_would_be(basic: TestBox, mode: str) -> None:
    before = told(basic)
    answers = basic.admin().together(f'add_user name=eve role=monitor password="{BOB}"', "add_group name=g1")
    assert [one.code for one in answers] == ["Done", "Done"]
    assert [one[0] for one in told(basic)[len(before):]] == ["UserAdded", "GroupChanged"]


def test_a_dry_run_hands_nothing_over(basic: TestBox, mode: str) -> None:
    line = "get_snmp_mib"
    assert basic.admin().do(f"{line} --dry-run").download == "" != basic.admin().do(line).download
