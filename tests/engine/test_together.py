"""An --atomic batch: what it holds up, and what it evaluates how often."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Annotated, Any

import pytest

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.declaration import Call, Shown, Word, command
from sysmgmt.engine.together import FEW, MOST_ANSWERED, TRIES
from tests.support.box import ADMIN_PASSWORD, Client, TestBox

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


class WatchedStore:
    """A store that counts the times its lock is taken, and does something before."""

    def __init__(self, store: Any, before: Callable[[], object]) -> None:
        self._store = store
        self._before = before
        self.taken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def writing(self, *reserve: bool) -> AbstractContextManager[Any]:
        """Hold the lock."""
        self.taken += 1
        self._before()
        held: AbstractContextManager[Any] = self._store.writing(*reserve)
        return held


def watched(box: TestBox, before: Callable[[], object] = lambda: None) -> tuple[Client, WatchedStore]:
    """Admin of an engine whose store is watched from now on, and that store."""
    house, meanwhile = box.house(), list[Callable[[], object]]()
    store = WatchedStore(house.box.store, lambda: [act() for act in meanwhile])
    catalog = Catalog({one.name: one for one in (*CATALOG, look_for, show_much, show_too_much)})
    client = box.client(house=house._replace(box=house.box._replace(store=store), catalog=catalog))
    assert client.log_in("admin", ADMIN_PASSWORD).code == "Done"
    store.taken = 0
    meanwhile.append(before)
    LOOKED.clear()
    return client, store


def adding(box: TestBox, names: Iterator[str]) -> Callable[[], object]:
    """Another user, who adds a group of the next name every time."""
    other = box.admin()

    def add() -> None:
        for name in names:
            assert other.do(f"add_group name={name}").code == "Done"
            break
    return add


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


def test_a_single_command_shows_in_a_batch_what_it_shows_alone(basic: TestBox) -> None:
    client, _ = watched(basic)
    assert client.together("show_too_much")[0].code == client.do("show_too_much").code == "Done"
    assert [one.code for one in client.together("show_too_much", "show_much")] == ["NotApplied", "InvalidValue"]
