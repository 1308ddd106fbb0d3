"""Users of a directory as values: who lets them in, as what, and what is left of them (R043, R094)."""

import pytest

from sysmgmt.domain import ldap_users
from sysmgmt.domain.directory import DirectorySettings, Entry
from sysmgmt.domain.errors import InvalidValue, UserExists
from sysmgmt.domain.model import LDAP_GROUP, LDAP_USER, Account, Session, State
from sysmgmt.domain.records import Records

OPS = Account("ops", "monitor", LDAP_GROUP, groups=("g1",), directory_id="o-1")
EVE = Account("eve", "monitor", LDAP_USER, groups=("g1",), directory_id="e-1", granted_by="ops")
ENTRY = Entry("e-1", "uid=eve", "Eve")
NOW = 1000.0


def state_of(*known: Account, logged_in: str = "") -> State:
    """A state with accounts, one of whom has a session."""
    state = State()
    for one in known:
        state = state._replace(accounts=state.accounts.put(one.name, one))
    session = Session("s", logged_in, "p", 1.0)
    return state._replace(sessions=state.sessions.put("s", session)) if logged_in else state


def ended(state: State) -> str:
    """Why the session is over; '' if it is open."""
    found = state.sessions.get("s")
    assert found is not None
    return found.ended


def test_groups_that_let_their_members_in_are_listed_without_users() -> None:
    assert ldap_users.mapped(state_of(EVE, OPS, OPS._replace(name="backup"))) == [OPS._replace(name="backup"), OPS]


def test_a_user_comes_by_the_first_of_his_groups_that_is_the_one_that_was_added() -> None:
    groups = [Entry("o-1", "", "Ops"), Entry("x-1", "", "All"), Entry("b-2", "", "backup")]
    state = state_of(OPS, OPS._replace(name="backup", directory_id="b-1"), Account("all", "monitor"))
    assert ldap_users.granting(state, groups) == OPS
    assert ldap_users.granting(state, groups[1:]) is None
    assert ldap_users.granting(state_of(OPS._replace(type=LDAP_USER)), groups) is None, "a user lets nobody in"


def test_a_user_of_the_directory_was_added_himself_or_came_by_a_group() -> None:
    assert ldap_users.is_own(EVE._replace(granted_by="")) and not ldap_users.is_own(EVE)
    assert not any(map(ldap_users.is_own, (None, OPS, Account("bob", "monitor"))))


@pytest.mark.parametrize("password, must_change", [("hash", True), ("", False)])
def test_what_a_directory_keeps_is_not_asked_for(password: str, must_change: bool) -> None:
    with pytest.raises(InvalidValue, match="neither password nor must_change"):
        ldap_users.new(Account("eve", "monitor", LDAP_USER), password, must_change, NOW)


def test_a_new_user_or_group_counts_as_used_from_then_on() -> None:
    for one in (Account("eve", "monitor", LDAP_USER, ends_at=5.0), Account("ops", "monitor", LDAP_GROUP)):
        assert ldap_users.new(one, "", True, NOW) == one._replace(enabled_at=NOW)


def test_a_member_gets_what_the_group_has_now() -> None:
    state = ldap_users.admit(state_of(OPS), ENTRY, OPS, NOW)
    assert state.accounts.get("eve") == EVE._replace(enabled_at=NOW)
    assert ldap_users.admit(state, ENTRY, OPS, NOW + 1) is state
    raised = ldap_users.admit(state, ENTRY, OPS._replace(role="operator", groups=None), NOW).accounts.get("eve")
    assert raised is not None and (raised.role, raised.groups) == ("operator", None)


@pytest.mark.parametrize("there", [Account("eve", "monitor"), EVE._replace(granted_by=""), OPS._replace(name="eve")])
def test_who_has_the_name_already_keeps_it(there: Account) -> None:
    with pytest.raises(UserExists):
        ldap_users.admit(state_of(OPS, there), ENTRY, OPS, NOW)


def test_somebody_else_who_had_the_name_before_is_removed() -> None:
    state = ldap_users.admit(state_of(OPS, EVE, logged_in="eve"), ENTRY._replace(id="e-2"), OPS, NOW)
    assert state.accounts.get("eve") == EVE._replace(directory_id="e-2", enabled_at=NOW)
    assert ended(state) == "the name belongs to somebody else"


def test_a_name_that_nobody_may_have_is_refused() -> None:
    with pytest.raises(InvalidValue, match="reserved"):
        ldap_users.admit(state_of(OPS), ENTRY._replace(name="root"), OPS, NOW)


def test_sessions_end_with_another_shell_and_not_with_other_groups() -> None:
    state = state_of(OPS, EVE, logged_in="eve")
    for change, over in (({"groups": None}, False), ({"role": "sysmgmt"}, False), ({"role": "administrator"}, True)):
        group = OPS._replace(**change)
        changed = ldap_users.followed(state._replace(accounts=state.accounts.put("ops", group)), "ops", NOW)
        assert bool(ended(changed)) is over
        found = changed.accounts.get("eve")
        assert found is not None and (found.role, found.groups) == (group.role, group.groups)


@pytest.mark.parametrize("fields, kept, stays", [
    ({}, False, False), ({}, True, True), ({"granted_by": ""}, False, True), ({"locked_by": "attempts"}, False, True)])
def test_who_is_not_let_in_any_more_is_logged_out_and_forgotten_unless_kept(
        fields: dict[str, str], kept: bool, stays: bool) -> None:
    state = ldap_users.dismiss(state_of(OPS, EVE._replace(**fields), logged_in="eve"), "eve", kept, NOW)
    assert ("eve" in state.accounts, ended(state)) == (stays, ldap_users.GONE)


def test_nobody_but_users_of_the_directory_is_dismissed() -> None:
    state = state_of(OPS, Account("ann", "monitor"), logged_in="ann")
    for name in ("ann", "ops", "nobody"):
        assert ldap_users.dismiss(state, name, False, NOW) is state
    assert ldap_users.dismiss_all(state, NOW) is state
    assert ended(ldap_users.dismiss_all(state_of(OPS, EVE, logged_in="eve"), NOW)) == ldap_users.UNUSED


USED = DirectorySettings("ldap", "one.example", 636, "ldaps", "dc=x", "cn=svc", enabled=True)


@pytest.mark.parametrize("before, after, reason", [
    (USED, USED._replace(bind_dn="cn=other"), ""), (None, None, ""), (None, USED, ""),
    (USED._replace(enabled=False), None, ""), (USED, None, ldap_users.UNUSED),
    (USED, USED._replace(enabled=False), ldap_users.UNUSED), (USED, USED._replace(base_dn="dc=y"), ldap_users.UNUSED),
    (USED, USED._replace(server="two.example"), ldap_users.UNUSED),
    (USED, USED._replace(secondary_server="two.example"), ldap_users.UNUSED)])
def test_with_a_directory_that_was_in_use_its_users_go(
        before: DirectorySettings | None, after: DirectorySettings | None, reason: str) -> None:
    old, new = (state_of(OPS, EVE, logged_in="eve")._replace(
        directories=Records({"ldap": one} if one else {})) for one in (before, after))
    assert ended(ldap_users.without_another(old, new, NOW)) == reason
