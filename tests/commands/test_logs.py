"""The logs as commands show them: events for who may view, the audit for who may audit."""

import json
from typing import Any

import pytest

from tests.support.box import ADMIN_PASSWORD, Client, TestBox


def events(client: Client, filters: str = "") -> list[dict[str, Any]]:
    """What get_events_log shows."""
    return list(client.facts(f"get_events_log {filters}")["events"])


def names(found: list[dict[str, Any]]) -> list[str]:
    """Names of events."""
    return [one["name"] for one in found]


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """The administrator of a box on which something has happened."""
    admin = basic.admin()
    for line in ('add_user name=bob role=monitor password="bob-first-1" must_change=no', "lock_user name=bob",
                 "unlock_user name=bob", "set_session_policy idle_timeout=5", "add_group name=g1"):
        assert admin.do(line).code == "Done"
    return admin


@pytest.mark.checklist("R020")
@pytest.mark.checklist("R021")
def test_events_tell_what_happened_in_order(admin: Client) -> None:
    found = events(admin, "scope=normal")
    assert names(found)[-5:] == ["UserAdded", "UserLocked", "UserUnlocked", "SettingsChanged", "GroupChanged"]
    assert [one["number"] for one in found] == sorted(one["number"] for one in found)
    assert found[-2] | {"number": 0, "time": ""} == {
        "number": 0, "time": "", "user": "admin", "id": 2001, "name": "SettingsChanged", "level": "info",
        "scope": "normal", "topic": "settings", "form": "transient", "summary": "Settings were changed.",
        "details": "idle_timeout: 1800 -> 300", "action": "None."}


def test_a_rename_is_told_once_and_so_is_a_lock_with_its_moment(admin: Client) -> None:
    assert admin.do("set_user name=bob new_name=rob").code == "Done"
    assert admin.do("lock_user name=rob").code == "Done"
    renamed, locked = events(admin)[-2:]
    assert (renamed["name"], renamed["summary"]) == ("UserRenamed", "User bob was renamed to rob.")
    assert (locked["name"], locked["summary"]) == ("UserLocked", "User rob was locked on purpose.")
    since = admin.facts("get_users name=rob")["users"][0]["locked_since"]
    shown = [one["changes"] for one in admin.facts("get_audit_log limit=1000")["records"] if "changes" in one]
    assert shown[-2:] == [["accounts rob name: bob -> rob"], [
        "accounts rob locked_by: nothing -> command", f"accounts rob locked_since: nothing -> {since}"]]


def test_a_refused_change_and_a_dry_run_are_no_event(admin: Client) -> None:
    before = events(admin)
    assert admin.do("add_group name=g1").code == "GroupExists"
    assert admin.do("add_group name=g2 --dry-run").code == "Done"
    assert [one.code for one in admin.together("add_group name=g3", "add_group name=g1")] == [
        "NotApplied", "GroupExists"]
    assert events(admin) == before
    assert [one.code for one in admin.together("add_group name=g3", "add_group name=g4")] == ["Done", "Done"]
    assert names(events(admin))[-2:] == ["GroupChanged", "GroupChanged"]


def test_the_third_wrong_password_is_an_event(basic: TestBox, admin: Client) -> None:
    for _ in range(3):
        basic.client().log_in("bob", "wrong")
    assert names(events(admin, "topic=security")) == ["LoginFailed"] * 2 + ["AccountLocked", "LoginFailed"]
    (locked,) = events(admin, "level=warning scope=root_cause")
    assert locked["summary"] == "User bob was locked after too many wrong passwords."
    assert "unlock_user" in locked["action"]


@pytest.mark.requirement(86)
@pytest.mark.parametrize("filters,expected", [
    ("level=warning", ["UserLocked"]), ("topic=settings", ["BoxInstalled", "SettingsChanged", "GroupChanged"]),
    ("text=IDLE_TIMEOUT", ["SettingsChanged"]), ("text=nothing-like-that", []), ("since=2999-01-01", []),
    ("until=1999-12-31", []), ("limit=1", ["GroupChanged"])])
def test_events_are_chosen_by_filters(admin: Client, filters: str, expected: list[str]) -> None:
    assert names(events(admin, filters)) == expected


def test_polling_goes_on_where_it_stopped(admin: Client) -> None:
    whole = events(admin)
    first = events(admin, "after=0 limit=2")
    assert first == whole[:2]
    assert events(admin, f"after={first[-1]['number']}") == whole[2:]
    assert events(admin, f"after={whole[-1]['number']}") == []


@pytest.mark.parametrize("wrong", ["level=red", "since=yesterday", "since=2026-1-1", "limit=0", "limit=1001",
                                   "after=-1"])
def test_a_wrong_filter_is_refused(admin: Client, wrong: str) -> None:
    assert admin.do(f"get_events_log {wrong}").code == "InvalidValue"


@pytest.mark.checklist("R029")
@pytest.mark.checklist("R032")
@pytest.mark.requirement(75)
def test_the_audit_shows_who_did_what_from_where_and_what_it_changed(admin: Client) -> None:
    found = admin.facts("get_audit_log command=set_session_policy user=admin outcome=Done")["records"]
    (record,) = found
    assert (record["user"], record["origin"], record["code"]) == ("admin", "local", "Done")
    assert record["endpoint"] in ("batch", "local")
    assert record["changes"] == ["settings idle_timeout: 1800 -> 300"]
    assert record["time"].endswith("Z") and record["parameters"] == {"idle_timeout": "5"}


def test_what_an_atomic_batch_did_not_change_is_not_said_to_have_changed(admin: Client) -> None:
    admin.together("add_group name=g8", "add_group name=g1")
    (record,) = admin.facts("get_audit_log text=g8 outcome=NotApplied")["records"]
    assert "changes" not in record


@pytest.mark.requirement(78)
@pytest.mark.requirement(86)
def test_reading_a_log_changes_nothing_but_its_own_record(basic: TestBox, admin: Client) -> None:
    before = (basic.folder / "events.journal").read_bytes()
    text = (basic.folder / "audit.journal").read_bytes()
    admin.facts("get_audit_log limit=1000")
    events(admin)
    assert (basic.folder / "events.journal").read_bytes() == before
    assert (basic.folder / "audit.journal").read_bytes().startswith(text)


def test_no_secret_is_in_any_log(basic: TestBox, admin: Client) -> None:
    admin.do('set_user name=bob password="Canary-SECRET-99"')
    shown = json.dumps([admin.facts("get_audit_log limit=1000"), events(admin, "limit=1000")])
    assert "Canary" not in shown and "$argon2" not in shown
    assert "password: configured -> configured" in shown


@pytest.mark.requirement(79)
def test_the_audit_is_verified_and_an_anchor_shows_a_cut_end(basic: TestBox, admin: Client) -> None:
    assert admin.facts("verify_audit_log")["records"] == len(basic.audit()) - 1
    login = basic.client().log_in("admin", ADMIN_PASSWORD)
    anchor = (login.result or {})["audit_anchor"]
    assert admin.do(f"verify_audit_log anchor={anchor}").code == "Done"
    assert admin.do("verify_audit_log anchor=3:zz").code == "InvalidValue"
    path = basic.folder / "audit.journal"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-6]))
    assert basic.admin().do(f"verify_audit_log anchor={anchor}").code == "AnchorNotHeld"


@pytest.mark.requirement(79)
@pytest.mark.parametrize("anchor", ["3:000000000000000000000000", "99999:8d5e957f297893487bd98fa8"])
def test_an_anchor_that_a_whole_audit_does_not_hold_is_refused_and_no_event(
        basic: TestBox, admin: Client, anchor: str) -> None:
    answer = admin.do(f"verify_audit_log anchor={anchor}")
    assert (answer.code, answer.status) == ("AnchorNotHeld", 6)
    assert f"record {min(int(anchor.split(':')[0]), len(basic.audit()))}:" in str(answer.message)
    assert "removed or changed since" in str(answer.hint)
    assert events(admin, "level=critical") == []
    path = basic.folder / "audit.journal"
    path.write_bytes(path.read_bytes().replace(b'"command":"lock_user"', b'"command":"help_user"'))
    assert admin.do(f"verify_audit_log anchor={anchor}").code == "AuditDamaged", "the control"
    assert [one["name"] for one in events(admin, "level=critical")] == ["AuditDamaged"]


@pytest.mark.requirement(79)
def test_an_audit_that_was_changed_is_refused_by_the_number_of_its_first_bad_record(
        basic: TestBox, admin: Client) -> None:
    path = basic.folder / "audit.journal"
    text = path.read_bytes()
    path.write_bytes(text.replace(b'"command":"lock_user"', b'"command":"help_user"'))
    number = next(one["seq"] for one in basic.audit() if one["command"] == "help_user")
    answer = admin.do("verify_audit_log")
    assert (answer.code, answer.status) == ("AuditDamaged", 6) and f"record {number}:" in str(answer.message)
    (event,) = events(admin, "level=critical")
    assert event["name"] == "AuditDamaged" and event["details"] == answer.message


def test_only_who_may_audit_is_told_the_anchor(basic: TestBox, admin: Client) -> None:
    assert (basic.client().log_in("bob", "bob-first-1").result or {})["audit_anchor"] is None


@pytest.mark.parametrize("time", ["2026-13-01", "2026-02-31", "2026-99-99", "2026-01-01T25", "2026-01-01T10:61"])
def test_a_time_that_does_not_exist_is_refused(admin: Client, time: str) -> None:
    for command in ("get_audit_log", "get_events_log", "export_audit_log", "collect_system_info"):
        assert admin.do(f"{command} since={time}").code == "InvalidValue"
    assert admin.do("get_audit_log since=2026-02-28T23:59:59.5Z").code == "Done", "the control"


def test_a_code_is_found_however_it_is_spelt(admin: Client) -> None:
    admin.do("get_users name=nobody")
    found = admin.facts("get_audit_log outcome=unknownuser")["records"]
    assert found and found == admin.facts("get_audit_log outcome=UnknownUser after=0")["records"][:len(found)]
    for unknown in ("NoSuchCode", "foo", ""):
        answer = admin.do(f'get_audit_log outcome="{unknown}"')
        assert answer.code == "InvalidValue" and "such as UnknownUser" in str(answer.message)
