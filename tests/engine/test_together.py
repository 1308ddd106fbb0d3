"""An --atomic batch: what it holds up, and what it evaluates how often."""

from collections.abc import Callable
from typing import Annotated

import pytest

from sysmgmt.domain.errors import AuditDamaged
from sysmgmt.engine.declaration import Call, Shown, Word, command
from sysmgmt.engine.request import Answer
from sysmgmt.engine.together import FEW, MOST_ANSWERED, TRIES
from tests.engine import watching
from tests.engine.watching import WatchedStore, add_slowly, adding
from tests.support.box import Client, TestBox

pytestmark = pytest.mark.embedded_only("the store is watched in the engine's own process")
LOOKED: list[str] = []
Group = Annotated[str, Word("Group", lambda text, reading: text)]


@command(needs="anyone")
def look_for(call: Call, name: Group) -> Shown:
    """Look whether there is a group, and count that."""
    LOOKED.append(name)
    return Shown({"found": name in call.state.groups})


@command(needs="anyone")
def show_much(call: Call) -> Shown:
    """Show a third of what a batch may show."""
    return Shown({"much": "x" * (MOST_ANSWERED // 3)})


@command(needs="anyone")
def show_too_much(call: Call) -> Shown:
    """Show more than a batch may show."""
    return Shown({"much": "x" * (MOST_ANSWERED + 1)})


@command(needs="anyone")
def show_much_and_fail(call: Call) -> Shown:
    """Show a third of what a batch may show, which is not as it should be."""
    return Shown({"much": "x" * (MOST_ANSWERED // 3)}, refusal=AuditDamaged(number=1, reason="broken"))


def watched(box: TestBox, before: Callable[[], object] = lambda: None) -> tuple[Client, WatchedStore]:
    """Admin of an engine whose store is watched from now on, and that store."""
    client, store, _ = watching.watched(box, before, look_for, show_much, show_too_much, show_much_and_fail, add_slowly)
    LOOKED.clear()
    return client, store


@pytest.mark.parametrize("more", ["get_groups", "add_group name=g1 --dry-run", "unlock_user --dry-run"])
def test_a_batch_that_changes_nothing_takes_no_lock_and_announces_nothing(basic: TestBox, more: str) -> None:
    client, store = watched(basic)
    assert [one.status for one in client.together("get_users", more, "look_for name=g1")] == [0, 0, 0]
    assert store.taken == 0 and LOOKED == ["g1"]
    assert [one.get("phase") for one in basic.audit()[-3:]] == [None, None, None]


def test_what_a_batch_shows_is_looked_at_once(basic: TestBox) -> None:
    client, store = watched(basic)
    answers = client.together("look_for name=g1", "add_group name=g1", "look_for name=g1", "look_for name=g2")
    assert [one.result for one in answers if one.command == "look_for"] == [
        {"found": False}, {"found": True}, {"found": False}]
    assert store.taken == 1 and LOOKED == ["g1", "g1", "g2"]
    assert "g1" in basic.state.groups


def test_a_batch_is_evaluated_again_on_what_others_have_changed_meanwhile(basic: TestBox) -> None:
    client, store = watched(basic, adding(basic, iter(["late"])))
    answers = client.together("add_group name=g1", "look_for name=late")
    assert [one.result for one in answers][1] == {"found": True}
    assert store.taken == 1 and LOOKED == ["late"] * 2
    assert {"g1", "late"} <= set(basic.state.groups)


def test_what_fails_on_what_others_have_changed_meanwhile_changes_nothing(basic: TestBox) -> None:
    client, _ = watched(basic, adding(basic, iter(["late"])))
    answers = client.together("add_group name=g1", "add_group name=late")
    assert [one.code for one in answers] == ["NotApplied", "GroupExists"]
    assert "g1" not in basic.state.groups


def test_as_many_looks_as_are_few_are_repeated_under_the_lock(basic: TestBox) -> None:
    few = ["look_for name=late"] * FEW
    client, store = watched(basic, adding(basic, iter(["late"])))
    answers = client.together("add_group name=g1", *few)
    assert {one.code for one in answers} == {"Done"} and answers[-1].result == {"found": True}
    assert store.taken == 1 and len(LOOKED) == 2 * FEW


def test_slow_work_is_not_done_under_the_lock_but_from_the_beginning(basic: TestBox) -> None:
    client, store = watched(basic, adding(basic, iter(["late"])))
    assert [one.code for one in client.together("add_slowly name=g1", "add_slowly name=g2")] == ["Done", "Done"]
    assert store.taken == 2 and {"g1", "g2", "late"} == set(basic.state.groups)


def test_many_looks_are_not_repeated_under_the_lock(basic: TestBox) -> None:
    many = ["look_for name=late"] * (FEW + 1)
    client, store = watched(basic, adding(basic, iter(["late"])))
    answers = client.together("add_group name=g1", *many)
    assert {one.code for one in answers} == {"Done"} and answers[-1].result == {"found": True}
    assert store.taken == 2 and len(LOOKED) == 2 * len(many), "all began anew without the lock"


def test_a_batch_with_many_looks_is_refused_where_others_change_the_box_all_the_time(basic: TestBox) -> None:
    client, store = watched(basic, adding(basic, (f"late{number}" for number in range(99))))
    answers = client.together("add_group name=g1", *["look_for name=late"] * (FEW + 1))
    assert [one.code for one in answers] == ["BoxBusy"] + ["NotApplied"] * (FEW + 1)
    assert store.taken == TRIES and "g1" not in basic.state.groups
    assert answers[0].message and "nothing was changed" in answers[0].message


@pytest.mark.parametrize("before", [[], ["add_group name=g1"]])
def test_what_a_batch_shows_is_bounded(basic: TestBox, before: list[str]) -> None:
    client, _ = watched(basic)
    assert {one.code for one in client.together(*before, "show_much", "show_much")} == {"Done"}
    answers = client.together("add_group name=g2", *["show_much"] * 3, "get_users", "show_much")
    assert [one.code for one in answers] == ["NotApplied"] * 3 + ["InvalidValue"] + ["NotApplied"] * 2
    assert answers[3].command == "show_much"
    assert answers[3].message == "What an --atomic batch shows has at most 16 MiB."
    assert "g2" not in basic.state.groups
    assert basic.audit()[-3]["code"] == "InvalidValue"
    answers = client.together("show_much", "show_much", "show_much_and_fail")
    assert [one.code for one in answers] == ["NotApplied"] * 2 + ["AuditDamaged"], "what failed by itself says so"


def test_a_single_command_shows_in_a_batch_what_it_shows_alone(basic: TestBox) -> None:
    client, _ = watched(basic)
    assert client.together("show_too_much")[0].code == client.do("show_too_much").code == "Done"
    assert [one.code for one in client.together("show_too_much", "show_much")] == ["NotApplied", "InvalidValue"]


def test_all_intents_are_durable_before_the_lock_and_all_outcomes_before_the_answer(basic: TestBox) -> None:
    asked: list[str] = []
    client, store, audit = watching.watched(basic, lambda: asked.extend(audit.asked))
    audit.asked.clear()
    assert {one.code for one in client.together("add_group name=g1", "add_group name=g2")} == {"Done"}
    assert store.taken == 1 and asked == ["intent", "intent", "sync"]
    assert audit.asked[len(asked):] == ["outcome", "outcome", "sync"]
    assert [one.get("changes") for one in basic.audit()[-2:]] == [["groups g1: added"], ["groups g2: added"]]
    audit.broken = True
    assert [one.code for one in client.together("add_group name=g3", "get_groups")] == ["StorageFailed", "NotApplied"]
    assert store.taken == 1 and "g3" not in basic.state.groups


def test_what_a_batch_that_fails_would_have_done_to_the_session_is_not_so(basic: TestBox) -> None:
    client = basic.admin()
    enable = "enable_advanced_support_commands"
    assert client.together(enable, "get_nothing")[1].code == client.do("check_state").code == "UnknownCommand"
    assert {one.code for one in client.together(enable, "get_groups")} == {"Done"}
    assert client.do("check_state").status == 0


def test_what_was_no_command_at_all_is_recorded_without_a_name(basic: TestBox) -> None:
    wrong = Answer(None, "InvalidValue", 2)
    assert basic.admin().door.run_together([wrong]) == [wrong]
    assert [basic.audit()[-1][one] for one in ("command", "code")] == ["", "InvalidValue"]


def test_an_empty_batch_answers_nothing_whatever_state_the_box_is_in(basic: TestBox) -> None:
    admin = basic.admin()
    (basic.folder / "state.json").write_bytes(b"{")
    (basic.folder / "state.journal").unlink()
    assert [one.code for one in admin.together("get_users")] == ["StateDamaged"]
    assert admin.together() == []
