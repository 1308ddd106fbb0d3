"""Users as values: what each change does to an account, and whose sessions it ends."""

import pytest

from sysmgmt.domain import accounts
from sysmgmt.domain.accounts import Edit
from sysmgmt.domain.errors import (
    InvalidValue, KeptInDirectory, OwnAccount, PasswordTooYoung, PredefinedUser, Refusal, UnknownGroup, UnknownRole,
    UnknownUser, UserExists)
from sysmgmt.domain.model import LDAP_GROUP, LDAP_USER, Account, Group, Role, Session, Settings, SshKey, State
from sysmgmt.domain.names import RESERVED

NOW = 1000.0
BOB = Account("bob", "monitor", password="old", password_changed_at=1.0)
STAFF = Account("staff", "monitor", LDAP_GROUP)
EMPTY = State(settings=Settings())


def state_of(*those: Account) -> State:
    """A state with these accounts, admin, a group and a role, in which bob and anna are logged in."""
    state = EMPTY._replace(groups=EMPTY.groups.put("g1", Group("g1")), roles=EMPTY.roles.put("ops", Role("ops", ())),
                           ssh_keys=EMPTY.ssh_keys.put("bob f", SshKey("bob f", "bob", "ssh-ed25519 AAAA", "f")))
    for one in (Account("admin", "administrator"), *those):
        state = accounts.put(state, one)
    for user in ("bob", "anna"):
        state = state._replace(sessions=state.sessions.put(user, Session(user, user, "p", 1.0)))
    return state


ANNA = Account("anna", "monitor", LDAP_USER, granted_by="staff")
STATE = state_of(BOB, STAFF, ANNA, Account("lena", "admin", LDAP_USER))


def changed(name: str, edit: Edit, caller: str = "admin", state: State = STATE) -> State:
    """The state after a change."""
    return accounts.change(state, name, edit, caller, NOW)


def ended(state: State, user: str = "bob") -> str:
    """Why the session of somebody is over; '' if it goes on."""
    found = state.sessions.get(user)
    assert found
    return found.ended


def test_somebody_is_found_by_name_and_a_group_is_no_person() -> None:
    assert accounts.find(STATE, "bob") == accounts.person(STATE, "bob") == BOB
    assert accounts.find(STATE, "staff") == STAFF
    with pytest.raises(UnknownUser, match="carol"):
        accounts.find(STATE, "carol")
    with pytest.raises(InvalidValue, match="staff is a group of the directory"):
        accounts.person(STATE, "staff")


def test_the_names_that_nobody_may_have() -> None:
    """What older releases shipped, and what the operating system has (R047)."""
    assert RESERVED == {"security-admin", "boxmgmt", "se", "root", "daemon", "system", "nobody"}
    accounts.check_new_name(STATE, "carol")
    with pytest.raises(UserExists, match="bob"):
        accounts.check_new_name(STATE, "bob")
    for name in RESERVED:
        with pytest.raises(InvalidValue, match=name):
            accounts.check_new_name(STATE, name)


@pytest.mark.parametrize("level, must_change, possible", [
    ("basic", True, True), ("basic", False, True), ("high", True, True), ("high", False, False)])
def test_a_first_password_need_not_be_changed_only_where_the_level_says_so(
        level: str, must_change: bool, possible: bool) -> None:
    settings = Settings(level=level)
    if possible:
        made = accounts.new(settings, Account("bob", "monitor"), "hash", must_change, NOW)
        assert made == Account("bob", "monitor", password="hash", password_changed_at=NOW,
                               must_change_password=must_change)
    else:
        with pytest.raises(InvalidValue, match=level):
            accounts.new(settings, Account("bob", "monitor"), "hash", must_change, NOW)


@pytest.mark.parametrize("account, refusal", [
    (Account("bob", "monitor"), UserExists), (Account("root", "monitor"), InvalidValue),
    (Account("carol", "none"), UnknownRole), (Account("carol", "monitor", groups=("g1", "g2")), UnknownGroup)])
def test_nobody_is_added_with_what_there_is_not(account: Account, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        accounts.add(STATE, account)


def test_a_user_is_added_under_the_own_name() -> None:
    carol = Account("carol", "ops", groups=("g1",))
    assert accounts.add(STATE, carol).accounts.get("carol") == carol


@pytest.mark.parametrize("name, edit, caller, refusal", [
    ("carol", Edit(role="ops"), "admin", UnknownUser), ("bob", Edit(), "admin", InvalidValue),
    ("admin", Edit(role="ops"), "bob", PredefinedUser), ("admin", Edit(groups=()), "bob", PredefinedUser),
    ("admin", Edit(new_name="x"), "bob", PredefinedUser), ("admin", Edit(must_change=True), "admin", OwnAccount),
    ("bob", Edit(role="ops"), "bob", OwnAccount), ("staff", Edit(role="ops"), "anna", OwnAccount),
    ("staff", Edit(role="ops"), "staff", OwnAccount),
    ("anna", Edit(password="x"), "admin", KeptInDirectory), ("anna", Edit(must_change=True), "admin", KeptInDirectory),
    ("anna", Edit(new_name="x"), "admin", KeptInDirectory), ("bob", Edit(role="none"), "admin", UnknownRole),
    ("bob", Edit(groups=("g2",)), "admin", UnknownGroup), ("bob", Edit(new_name="anna"), "admin", UserExists),
    ("bob", Edit(new_name="root"), "admin", InvalidValue), ("staff", Edit(valid_hours=2), "admin", InvalidValue)])
def test_a_change_that_cannot_be_is_refused(name: str, edit: Edit, caller: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        changed(name, edit, caller)


def test_the_password_of_admin_can_be_reset() -> None:
    admin = changed("admin", Edit(password="new"), "bob").accounts.get("admin")
    assert admin and (admin.password, admin.must_change_password) == ("new", True)
    assert accounts.find(changed("admin", Edit(must_change=True), "bob"), "admin").must_change_password


def test_another_role_with_the_same_shell_ends_no_session() -> None:
    state = changed("bob", Edit(role="ops"))
    assert state.accounts.get("bob") == BOB._replace(role="ops") and ended(state) == ""


def test_another_role_with_another_shell_ends_the_sessions() -> None:
    state = changed("bob", Edit(role="admin"))
    assert ended(state) == "the role of the user was changed" and ended(state, "anna") == ""


def test_groups_are_replaced_and_none_stands_for_all() -> None:
    limited = changed("bob", Edit(groups=("g1",)))
    assert limited.accounts.get("bob") == BOB._replace(groups=("g1",)) and ended(limited) == ""
    assert changed("bob", Edit(groups=()), state=limited).accounts.get("bob") == BOB


def test_a_reset_password_must_be_changed_and_ends_the_sessions() -> None:
    state = changed("bob", Edit(password="new"))
    assert state.accounts.get("bob") == BOB._replace(
        password="new", password_history=("old",), password_changed_at=NOW, must_change_password=True)
    assert ended(state) == "the password was reset"


def test_whoever_must_choose_a_new_password_logs_in_again_once() -> None:
    state = changed("bob", Edit(must_change=True))
    assert state.accounts.get("bob") == BOB._replace(must_change_password=True)
    assert ended(state) == "the password must be changed"
    assert changed("bob", Edit(must_change=True), state=state) == state
    again = changed("bob", Edit(role="ops"), state=state_of(BOB._replace(must_change_password=True)))
    assert ended(again) == ""


def test_a_new_name_takes_the_keys_along_and_ends_the_sessions() -> None:
    state = changed("bob", Edit(new_name="robert"))
    assert state.accounts.get("robert") == BOB._replace(name="robert") and "bob" not in state.accounts
    assert [one.user for one in state.ssh_keys.values()] == ["robert"] and ended(state) == "the user was renamed"


def test_what_is_the_same_already_is_no_change() -> None:
    assert changed("bob", Edit(role="monitor")) == STATE == changed("bob", Edit(new_name="bob"))


def test_what_is_set_for_somebody_himself_stands_whatever_the_group_has() -> None:
    anna = changed("anna", Edit(role="ops")).accounts.get("anna")
    assert anna == Account("anna", "ops", LDAP_USER)


def test_those_who_came_by_a_group_are_found() -> None:
    assert [one.name for one in accounts.granted(STATE, STAFF)] == ["anna"]
    assert accounts.granted(state_of(BOB, ANNA._replace(granted_by="bob")), BOB) == []


@pytest.mark.parametrize("name, caller, refusal", [
    ("carol", "admin", UnknownUser), ("admin", "bob", PredefinedUser), ("bob", "bob", OwnAccount),
    ("staff", "anna", OwnAccount)])
def test_those_whom_nobody_may_remove(name: str, caller: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        accounts.remove(STATE, name, caller, NOW)


def test_whoever_is_removed_leaves_no_key_and_no_open_session() -> None:
    state = accounts.remove(STATE, "bob", "admin", NOW)
    assert "bob" not in state.accounts and not len(state.ssh_keys)
    assert ended(state) == "the user was removed" and ended(state, "anna") == ""


def test_with_a_group_those_are_removed_who_came_by_it() -> None:
    state = accounts.remove(STATE, "staff", "admin", NOW)
    assert list(state.accounts) == ["admin", "bob", "lena"] and ended(state, "anna") == "the user was removed"


def test_a_lock_on_purpose_ends_the_sessions_once() -> None:
    state = accounts.lock(STATE, "bob", NOW)
    assert state.accounts.get("bob") == BOB._replace(locked_by="command", locked_since=NOW)
    assert ended(state) == "the user was locked" and accounts.lock(state, "bob", NOW + 1) == state
    by_guesses = state_of(BOB._replace(locked_by="attempts", locked_since=1.0))
    assert accounts.lock(by_guesses, "bob", NOW).accounts.get("bob") == BOB._replace(
        locked_by="command", locked_since=NOW)
    with pytest.raises(InvalidValue):
        accounts.lock(STATE, "staff", NOW)


def test_unlocking_changes_only_who_has_something_to_forget() -> None:
    assert accounts.unlock(STATE, "bob", NOW) is STATE
    assert accounts.unlock(accounts.lock(STATE, "bob", NOW), "bob", NOW).accounts.get("bob") == BOB


def test_an_own_password_ends_the_other_sessions_of_its_user() -> None:
    state = STATE._replace(sessions=STATE.sessions.put("mine", Session("mine", "bob", "p", 2.0)))
    state = accounts.set_own_password(state, "bob", "new", NOW, "mine")
    assert state.accounts.get("bob") == BOB._replace(
        password="new", password_history=("old",), password_changed_at=NOW, own_change_at=NOW)
    assert ended(state, "mine") == "" == ended(state, "anna")
    assert ended(state) == "the password was changed in another session"
    assert ended(accounts.set_own_password(STATE, "bob", "new", NOW))


def test_an_own_password_has_its_least_age() -> None:
    high = state_of(BOB._replace(own_change_at=NOW))._replace(settings=Settings(level="high"))
    with pytest.raises(PasswordTooYoung):
        accounts.set_own_password(high, "bob", "new", NOW + 1)


def test_a_new_password_does_not_unlock_and_says_so() -> None:
    locked = accounts.lock(STATE, "bob", NOW)
    assert accounts.still_locked(STATE, "bob") == ()
    assert accounts.still_locked(locked, "bob") == ("User bob is still locked; unlock_user name=bob unlocks.",)
    assert accounts.locked(STATE) == [] and accounts.locked(locked) == ["bob"]
