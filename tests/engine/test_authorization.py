"""Who may do what, as values: each reason why somebody may not, and each way in which somebody may."""

import pytest

from sysmgmt.domain.conditions import SELF_TEST
from sysmgmt.domain.errors import (
    AlreadyInstalled, InvalidValue, LoginNeeded, MustChangePassword, NotInstalled, PermissionDenied, Refusal,
    SafeState, SessionEnded, UnknownCommand, UnknownUser)
from sysmgmt.domain.model import LDAP_GROUP, Account, Condition, Role, Session, Settings, State
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import authorization
from sysmgmt.engine.declaration import (
    ANYONE, BEFORE_INSTALLATION, EVERYBODY, OWN_WORK, SOUND_BOX, Act, Call, Change, Command, Shown)
from sysmgmt.engine.request import Caller
from tests.support.box import TestBox

EMPTY = State()
STATE = State(
    settings=Settings(installed_at=86400.0, name="box1"),
    accounts=EMPTY.accounts.put("bob", Account("bob", "monitor", groups=("g1",))).put("eve", Account("eve", "keeper"))
    .put("staff", Account("staff", "monitor", LDAP_GROUP)),
    roles=EMPTY.roles.put("keeper", Role("keeper", ("security", "view"))),
    sessions=EMPTY.sessions.put("b", Session("b", "bob", "p", 1.0)).put("e", Session("e", "eve", "p", 1.0)))
BOB, EVE = Caller("bob", "b"), Caller("eve", "e")
NOBODY = Caller()


def declared(needs: Permission | str = Permission.SECURITY, kind: type = Change, **fields: object) -> Command:
    """A command that needs a permission."""
    def act(call: Call) -> Change:
        return Change(call.state)
    plain = Command("act", act, needs, "Act.", "", (), kind, "", "", False, False, False, False, False,
                    lambda box: None)
    return plain._replace(**fields)


def refused(state: State, caller: Caller, command: Command) -> Refusal | None:
    """Why a caller may not run a command now."""
    try:
        authorization.authorise(state, caller, command)
    except Refusal as refusal:
        return refusal
    return None


def test_what_everybody_may_and_the_box_itself_does_asks_for_nothing() -> None:
    for state in (STATE, EMPTY):
        assert refused(state, NOBODY, declared(EVERYBODY)) is None is refused(state, NOBODY, declared(OWN_WORK))


def test_a_box_is_installed_once_and_before_everything_else() -> None:
    assert refused(EMPTY, NOBODY, declared(BEFORE_INSTALLATION)) is None
    again = refused(STATE, NOBODY, declared(BEFORE_INSTALLATION))
    assert isinstance(again, AlreadyInstalled) and "1970-01-02" in str(again)
    assert isinstance(refused(EMPTY, EVE, declared()), NotInstalled)


def test_who_is_not_logged_in_may_nothing() -> None:
    assert isinstance(refused(STATE, NOBODY, declared(ANYONE)), LoginNeeded)
    assert refused(STATE, BOB, declared(ANYONE)) is None


@pytest.mark.parametrize("caller, state, reason", [
    (Caller("carol", "c"), STATE, "the user was removed"), (Caller("bob", "unknown"), STATE, "it is no longer open"),
    (BOB, STATE._replace(sessions=STATE.sessions.put("b", Session("b", "bob", "p", 1.0, ended="he left"))), "he left"),
    *[(BOB, STATE._replace(accounts=STATE.accounts.put("bob", Account("bob", "monitor", locked_by=by))),
       "the user was locked") for by in ("command", "disuse", "end")]])
def test_a_session_that_is_over_is_worth_nothing(caller: Caller, state: State, reason: str) -> None:
    found = refused(state, caller, declared(ANYONE))
    assert isinstance(found, SessionEnded) and reason in str(found) and found.status == 5


def test_wrong_passwords_lock_no_open_session_out() -> None:
    state = STATE._replace(accounts=STATE.accounts.put("bob", Account("bob", "monitor", locked_by="attempts")))
    assert refused(state, BOB, declared(ANYONE)) is None
    assert authorization.standing(state, BOB) == Account("bob", "monitor", locked_by="attempts")


def test_a_permission_comes_with_the_role() -> None:
    assert refused(STATE, EVE, declared()) is None
    denied = refused(STATE, BOB, declared())
    assert isinstance(denied, PermissionDenied) and "act" in str(denied) and "security" in str(denied)
    assert refused(STATE, BOB, declared(Permission.VIEW)) is None


def test_an_advanced_command_is_unknown_until_it_is_enabled() -> None:
    found = refused(STATE, EVE, declared(advanced=True))
    assert isinstance(found, UnknownCommand) and "act" in str(found)
    assert refused(STATE, EVE._replace(advanced=True), declared(advanced=True)) is None


def test_who_must_choose_a_password_may_that_and_nothing_else() -> None:
    assert isinstance(refused(STATE, EVE._replace(due=True), declared()), MustChangePassword)
    assert refused(STATE, EVE._replace(due=True), declared(while_due=True)) is None


@pytest.mark.parametrize("command, possible", [
    (declared(), False), (declared(kind=Act), False), (declared(kind=Shown), True), (declared(reserve=True), True),
    (declared(reserve=SOUND_BOX), False),
    (declared(while_due=True), True)])
def test_a_box_whose_self_test_failed_changes_only_what_helps(command: Command, possible: bool) -> None:
    failed = Condition(f"SelfTestFails {SELF_TEST}", "SelfTestFails", SELF_TEST, 1.0)
    state = STATE._replace(conditions=STATE.conditions.put(failed.id, failed))
    assert refused(STATE, EVE, command) is None
    assert (refused(state, EVE, command) is None) == possible
    assert possible or isinstance(refused(state, EVE, command), SafeState)


def test_the_reserve_is_for_those_who_may_run_the_command_and_are_not_shut_out() -> None:
    for name, needs, may in (("eve", "security", True), ("bob", "view", True), ("bob", "security", False),
                             ("", "security", False)):
        assert authorization.may_use_reserve(STATE, name, needs) is may
    eve = Account("eve", "keeper")
    for lock, may in (("attempts", True), ("command", False), ("end", False)):
        state = STATE._replace(accounts=STATE.accounts.put("eve", eve._replace(locked_by=lock)))
        assert authorization.may_use_reserve(state, "eve", "security") is may


def test_who_may_confirm_has_the_permission_and_is_there() -> None:
    assert authorization.may_confirm(STATE, "eve", "security") and authorization.may_confirm(STATE, "bob", "anyone")
    assert not authorization.may_confirm(STATE, "bob", "security")
    assert not authorization.may_confirm(STATE, "carol", "anyone")


@pytest.mark.parametrize("caller, texts, possible", [
    (BOB, {"group": "g1"}, True), (BOB, {"group": "G1"}, True), (BOB, {"group": "g2"}, False), (BOB, {}, True),
    (EVE, {"group": "g2"}, True), (NOBODY, {"group": "g2"}, True), (BOB, {"other": "g2"}, True)])
def test_a_command_about_a_group_is_for_those_who_have_it(
        caller: Caller, texts: dict[str, str], possible: bool) -> None:
    authorization.check_scope(STATE, caller, declared(), texts)
    if possible:
        authorization.check_scope(STATE, caller, declared(scope="group"), texts)
    else:
        with pytest.raises(PermissionDenied, match="security on group g2"):
            authorization.check_scope(STATE, caller, declared(scope="group"), texts)


@pytest.mark.embedded_only("the engine itself is called")
def test_a_command_about_a_user_is_about_oneself_or_needs_a_permission(basic: TestBox, mode: str) -> None:
    def asked(caller: Caller, name: str | None) -> str:
        house = basic.house()
        return authorization.own_or(Call(STATE, caller, 1.0, house.box, house.catalog), Permission.SECURITY, name)
    assert asked(BOB, None) == asked(BOB, "bob") == asked(EVE, "bob") == "bob"
    with pytest.raises(PermissionDenied, match="Another user"):
        asked(BOB, "eve")
    with pytest.raises(UnknownUser, match="carol"):
        asked(EVE, "carol")
    with pytest.raises(InvalidValue, match="staff"):
        asked(EVE, "staff")
