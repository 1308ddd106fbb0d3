"""What stands in the audit of one request."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sysmgmt.domain.changes import Difference
from sysmgmt.domain.errors import Refusal, StorageFull
from sysmgmt.domain.secrecy import MASK
from sysmgmt.engine.audit_record import Record, frames, masked, unless_guaranteed
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import SYSTEM, Answer, Caller, Request
from tests.support.box import TestBox

CALLER = Caller("bob", "s1", "10.0.0.1", "ssh")
ADD = Request("add_user", {"name": "eve", "password": "canary", "groups": "x" * 300})
FULL = Answer("add_user", "StorageFull", 6)
pytestmark = pytest.mark.embedded_only("the engine itself is called")


class Kept:
    """A journal that keeps what it is given, and refuses what may not use the reserve when it is full."""

    def __init__(self) -> None:
        self.kept: list[tuple[dict[str, Any], bool, bool]] = []
        self.full = False

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """Keep a record."""
        if self.full and not reserve:
            raise StorageFull(folder="/full")
        self.kept.append((dict(record), durable, reserve))


@pytest.fixture
def journal() -> Kept:
    """An empty journal."""
    return Kept()


@pytest.fixture
def house(basic: TestBox, journal: Kept, mode: str) -> House:
    """The engine over that journal."""
    house = basic.house()
    return house._replace(box=house.box._replace(audit=journal))  # type: ignore[arg-type]  # what a Record asks of it


def record(house: House, request: Request = ADD, reserve: bool = False, user: str = CALLER.user) -> Record:
    """The record of a request."""
    return Record(house.box, CALLER._replace(user=user), request, house.catalog.get(request.command), reserve)


def test_a_request_without_an_intent_is_one_record(house: House, journal: Kept, basic: TestBox) -> None:
    record(house).outcome(Answer("add_user", "UserExists", 1))
    (facts, durable, reserve), = journal.kept
    assert not durable and not reserve
    assert len(facts.pop("id")) == 16
    assert facts == {
        "time": "2025-06-15T15:06:40.000000Z", "user": "bob", "session": "s1", "origin": "10.0.0.1", "endpoint": "ssh",
        "command": "add_user", "parameters": {"name": "eve", "password": "***", "groups": "x" * 200},
        "code": "UserExists", "status": 1}


def test_an_intent_is_written_once_and_durable_before_its_outcome(house: House, journal: Kept) -> None:
    one = record(house, ADD._replace(dry_run=True))
    one.intent()
    one.intent()
    one.outcome(Answer("add_user"))
    (intent, durable, reserve), (outcome, last, reserved) = journal.kept
    assert (durable, reserve, last, reserved) == (True, False, False, True), "an outcome may use the reserve"
    assert intent["phase"] == "intent" and "code" not in intent and intent["id"] == outcome["id"]
    assert (outcome["phase"], outcome["code"], outcome["status"]) == ("outcome", "Done", 0)
    assert intent["dry_run"] is outcome["dry_run"] is True


def test_the_intents_of_a_batch_are_synced_together(house: House, journal: Kept) -> None:
    record(house).intent(durable=False)
    assert journal.kept[0][1] is False


@pytest.mark.parametrize("name, user, given, reserve", [
    ("unlock_user", "admin", False, True), ("remove_user", "admin", False, True), ("add_user", "admin", False, False),
    ("add_user", "bob", True, True), ("unlock_user", "bob", False, False), ("unlock_user", "", False, False),
    ("unlock_user", "sue", False, False), ("settle_lock", "bob", False, True)])
def test_some_commands_may_use_the_reserve_where_the_caller_may_run_them(
        house: House, basic: TestBox, journal: Kept, name: str, user: str, given: bool, reserve: bool) -> None:
    admin = basic.admin()
    admin.do("add_user name=bob role=monitor password=bob-first-1")
    admin.do("add_user name=sue role=administrator password=sue-first-1")
    admin.do("lock_user name=sue")
    record(house, Request(name), given, user).outcome(Answer(name))
    assert journal.kept[0][2] is reserve


def test_where_the_state_cannot_be_read_nobody_may_use_the_reserve(
        house: House, basic: TestBox, journal: Kept) -> None:
    (basic.folder / "state.json").write_bytes(b"{")
    unread = basic.house().box._replace(audit=journal)  # type: ignore[arg-type]  # what a Record asks of it
    Record(unread, CALLER._replace(user="admin"), Request("unlock_user"), house.catalog["unlock_user"]).outcome(
        Answer("unlock_user", "StateDamaged", 6))
    assert journal.kept[0][2] is False


def test_what_changed_is_told_unless_it_was_refused(house: House, journal: Kept) -> None:
    one = record(house)
    one.changed([Difference("accounts", f"u{number}", "role", "y" * 300, "b") for number in range(60)])
    one.note({"fingerprint": "f"})
    one.outcome(Answer("add_user"))
    told = journal.kept[0][0]
    assert len(told["changes"]) == 50 and {len(text) for text in told["changes"]} == {200}
    assert told["notes"] == {"fingerprint": "f"}
    one.outcome(FULL)
    assert "changes" not in journal.kept[1][0]
    nothing = record(house)
    nothing.changed([])
    nothing.note({})
    nothing.outcome(Answer("add_user"))
    assert not {"changes", "notes"} & journal.kept[2][0].keys()


def test_an_error_is_told_by_its_kind_and_place_and_not_by_its_words(house: House, journal: Kept) -> None:
    one = record(house)
    try:
        raise MemoryError("canary")
    except MemoryError as error:
        told = one.failure(error)
        assert [line.split(":")[0] == __file__ for line in frames(error)] == [True]
    (facts, durable, _), = journal.kept
    assert durable and facts["id"] == told and facts["phase"] == "error" and facts["type"] == "MemoryError"
    assert len(facts["frames"]) == 1 and facts["frames"][0].startswith(f"{__file__}:")
    assert "canary" not in str(facts)


def test_a_full_journal_denies_no_outcome_and_an_intent_only_where_the_policy_says_so(
        house: House, journal: Kept, basic: TestBox) -> None:
    journal.full = True
    record(house).outcome(Answer("add_user"))
    assert len(record(house).reported("MemoryError", [])) == 16
    with pytest.raises(StorageFull):
        record(house).intent()
    with pytest.raises(Refusal), unless_guaranteed(house.box):
        raise StorageFull(folder="/full")
    basic.configure(audit=basic.state.settings.audit._replace(guarantee=False))
    for user in ("bob", "admin"):
        one = record(house, user=user)
        one.intent()
        assert journal.kept == []
        one.outcome(Answer("add_user"))
    assert [(facts["user"], facts["phase"]) for facts, _, _ in journal.kept] == [("admin", "outcome")], (
        "who cannot make room has no part in the reserve")


class Modest(Kept):
    """A journal on a disk with little space: those who are modest get nothing of it."""

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """Keep a record."""
        if not reserve and is_modest():
            raise StorageFull(folder="/full")
        super().append(record, durable, reserve)


def test_modest_is_who_cannot_make_room_unless_it_is_the_box_itself_or_nothing_is_installed_yet(
        house: House, basic: TestBox) -> None:
    admin = basic.admin()
    admin.do("add_user name=bob role=monitor password=bob-first-1")
    admin.do("add_user name=sue role=administrator password=sue-first-1")
    admin.do("lock_user name=sue")
    journal = Modest()
    box = house.box._replace(audit=journal)
    own, look = house.catalog.get("settle_lock"), house.catalog.get("get_users")
    for user, command in (("bob", look), ("sue", look), ("", look), ("admin", look), ("bob", own)):
        Record(box, CALLER._replace(user=user), Request(command.name), command).outcome(Answer(command.name))
    Record(box, SYSTEM, Request("get_users"), look).outcome(Answer("get_users"))
    assert [facts["user"] for facts, _, _ in journal.kept] == ["admin", "bob", "system"]
    state = (basic.folder / "state.json").read_bytes()
    (basic.folder / "state.json").write_bytes(b"{")
    unread = basic.house().box._replace(audit=journal)
    Record(unread, CALLER._replace(user="admin"), Request("get_users"), look).outcome(Answer("get_users"))
    assert len(journal.kept) == 3, "where nobody can tell, all are"
    Record(unread, CALLER, Request("settle_lock"), own).outcome(Answer("settle_lock"))
    assert len(journal.kept) == 4, "but the box itself"
    assert not Record(unread, CALLER, Request("settle_lock"), own).is_modest()
    (basic.folder / "state.json").write_bytes(state)
    basic.configure(installed_at=None)
    Record(box, Caller(), Request("install"), house.catalog.get("install")).outcome(Answer("install"))
    assert len(journal.kept) == 5


@pytest.mark.parametrize("name, kept", [("no_such_thing", "no_such_thing"), ("Secret-1", MASK), ("", "")])
def test_an_unknown_command_is_named_only_if_that_is_harmless(
        house: House, journal: Kept, name: str, kept: str) -> None:
    record(house, Request(name, {"word": "secret", "Secret-2": "x"})).outcome(Answer(None, "UnknownCommand", 2))
    facts = journal.kept[0][0]
    assert facts["command"] == kept and facts["parameters"] == {"word": MASK, MASK: MASK}


def test_of_names_that_are_no_parameters_only_some_are_kept(house: House, journal: Kept) -> None:
    unknown = {f"n{'a' * (number // 26)}{chr(97 + number % 26)}": "" for number in range(1000)}
    record(house, Request("add_user", unknown | {"name": "eve"})).outcome(Answer("add_user", "InvalidValue", 2))
    facts = journal.kept[0][0]
    assert len(facts["parameters"]) == 51 and facts["parameters"]["name"] == "eve", "what the command knows is kept"
    assert facts["parameters_left_out"] == 950
    record(house, Request("add_user", dict(list(unknown.items())[:50]))).outcome(Answer("add_user", "InvalidValue", 2))
    assert len(journal.kept[1][0]["parameters"]) == 50 and "parameters_left_out" not in journal.kept[1][0]


def test_a_secret_that_wrong_quotes_put_elsewhere_is_masked(house: House) -> None:
    add = house.catalog["add_user"]
    assert masked({"name": "eve password=canary"}, add) == {"name": MASK}
    assert masked({"name": "eve", "nosuch": "x"}, add) == {"name": "eve", "nosuch": MASK}
    assert masked({"name": "eve"}, None) == {"name": MASK}
    assert masked({"name": "eve password=canary"}, house.catalog["lock_user"]) == {"name": MASK}, "it takes none itself"
