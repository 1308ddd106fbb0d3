"""The road of a request: what it changes is stored, told, recorded and answered, and nothing else is."""

import json
from typing import Any

import pytest

from sysmgmt.domain.errors import AccountLocked, LoginFailed, Refusal, ServiceRefused, SessionEnded, StorageFull
from sysmgmt.domain.model.policy import Policy
from sysmgmt.domain.progress import Listening
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command
from sysmgmt.engine.request import refused
from tests.engine.watching import add_slowly, adding, watched
from tests.support.box import TestBox, request
from tests.support.clock import DAY

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


def test_a_value_that_no_shell_could_give_is_refused_before_anything_looks_at_it(basic: TestBox) -> None:
    admin = basic.admin()
    for line, told in ((f"get_events_log level={'x' * 2097152}", "Expected one of info"),
                       (f"get_events_log level={'x' * 2097153}", "The value of level is longer than any may be.")):
        found = admin.do(line)
        assert found.code == "InvalidValue" and (found.message or "").startswith(told)


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


def test_slow_work_is_not_done_under_the_lock_but_from_the_beginning(basic: TestBox, mode: str) -> None:
    client, store, _ = watched(basic, adding(basic, iter(["late"])), add_slowly)
    assert client.do("add_slowly name=g1").code == "Done"
    assert store.taken == 2 and {"g1", "late"} == set(basic.state.groups)


def test_whoever_waits_hears_how_far_it_is_but_for_what_is_done_under_the_lock(basic: TestBox, mode: str) -> None:
    def say(call: Call) -> Refusal:
        basic.clock.move(10)
        call.report("far", 1, 2)
        return ServiceRefused(service="ssh", words="no")

    @command(needs="anyone")
    def read_far(call: Call) -> Shown:
        """Show it."""
        raise say(call)

    @command(needs="anyone")
    def change_far(call: Call) -> Change:
        """Change it."""
        raise say(call)

    @command(needs="anyone")
    def act_far(call: Call) -> Act:
        """Do it."""
        raise say(call)
    client, store, _ = watched(basic, lambda: None, read_far, change_far, act_far)
    heard: list[int] = []
    listening = Listening(lambda sentence, done, total: heard.append(done))
    for line, reports, events in (("read_far", 1, 0), ("change_far", 0, 1), ("act_far", 1, 1),
                                  ("change_far --dry-run", 0, 0)):
        heard.clear()
        before = told(basic)
        assert client.door.run(request(line), listening).code == "ServiceRefused"
        assert (len(heard), len(told(basic)) - len(before)) == (reports, events), line
    assert store.taken == 1


@command(needs="anyone")
def shut_out(call: Call) -> Change:
    """Lock everybody out, as no command of the box does."""
    admin = call.state.accounts.get("admin")
    assert admin
    return Change(call.state._replace(accounts=call.state.accounts.put("admin", admin._replace(locked_by="command"))))


def test_no_change_takes_the_last_user_with_security_or_falls_below_the_level(high: TestBox, mode: str) -> None:
    admin, _, _ = watched(high, lambda: None, shut_out)
    before = high.files()
    assert admin.do("shut_out").code == "LastSecurityUser"
    assert admin.do("set_password_policy min_length=7").code == "LevelForbids"
    assert high.files() == before
    high.configure(policy=Policy(min_length=7))
    assert admin.do("set_password_policy min_length=8").code == "Done", "what was below it may come up"


def test_a_box_that_an_older_release_left_to_a_temporary_administrator_is_mended_by_that_one(
        basic: TestBox, mode: str) -> None:
    line = f'add_user name=eve role=administrator password="{BOB}" valid_hours=5'
    assert basic.admin().do(line).code == "Done"
    basic.replace("admin", locked_by="command")
    eve = basic.client("eve", BOB)
    for line in (f'set_password current_password="{BOB}" new_password="Eve-second-2"', "unlock_user name=admin"):
        assert eve.do(line).code == "Done", line
    assert eve.do("lock_user name=admin").code == "LastSecurityUser"


def test_whom_an_administrator_has_touched_is_kept_and_what_the_box_does_by_itself_touches_nobody(
        basic: TestBox, mode: str) -> None:
    def touched() -> list[str]:
        return [one.name for one in basic.state.settings.unsettled if one.name]
    admin = basic.admin()
    assert admin.do(f'add_user name=eve role=administrator password="{BOB}" must_change=no').code == "Done"
    basic.clock.move(2 * DAY)
    eve = basic.client("eve", BOB)
    assert eve.do(f'set_password current_password="{BOB}" new_password="Eve-second-2"').code == "Done"
    assert touched() == [], "she did it herself"
    assert basic.admin().do("lock_user name=eve").code == "Done"
    assert touched() == ["eve"]


def test_a_dry_run_of_what_acts_tells_its_warnings_and_does_not_act(basic: TestBox, mode: str) -> None:
    done: list[str] = []

    def do() -> dict[str, bool]:
        done.append("done")
        return {"done": True}

    @command(needs="anyone")
    def act_now(call: Call) -> Act:
        """Do it."""
        return Act(do, warnings=("It is loud.",))
    client, _, _ = watched(basic, lambda: None, act_now)
    tried = client.do("act_now --dry-run")
    assert (tried.result, tried.warnings, tried.dry_run, done) == (None, ("It is loud.",), True, [])
    really = client.do("act_now")
    assert (really.result, really.warnings, done) == ({"done": True}, ("It is loud.",), ["done"])
