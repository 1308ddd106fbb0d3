"""Numbers that the machine knows users by: none is given twice."""

import pytest

from sysmgmt.domain import uids
from sysmgmt.domain.errors import UidsExhausted
from sysmgmt.domain.model import LDAP_GROUP, LDAP_USER, Account, DirectoryUid, Settings, State

EMPTY = State(settings=Settings(uids=(70000, 70002, 70001)))
BOB, STAFF = Account("bob", "monitor"), Account("staff", "monitor", LDAP_GROUP)
EVE = Account("eve", "monitor", LDAP_USER, directory_id="e-1")


def given(state: State, name: str) -> int | None:
    """The number of an account."""
    found = state.accounts.get(name)
    assert found is not None
    return found.uid


def test_a_user_gets_the_next_number_and_keeps_it() -> None:
    state = uids.give(EMPTY, BOB)
    assert given(state, "bob") == 70001 and state.settings.uids == (70000, 70002, 70002)
    again = uids.give(state, BOB._replace(uid=70001, role="operator"))
    assert given(again, "bob") == 70001 and again.settings.uids == (70000, 70002, 70002)


def test_where_no_numbers_are_given_and_for_a_group_there_is_none() -> None:
    assert given(uids.give(State(), BOB), "bob") is None
    assert given(uids.give(EMPTY, STAFF), "staff") is None
    assert uids.lacks(BOB) and not uids.lacks(BOB._replace(uid=1)) and not uids.lacks(STAFF)


def test_the_last_number_is_given_and_after_it_none() -> None:
    state = uids.give(uids.give(EMPTY, BOB), BOB._replace(name="ann"))
    assert given(state, "ann") == 70002
    with pytest.raises(UidsExhausted, match="70000.*70002"):
        uids.give(state, BOB._replace(name="zoe"))


def test_a_user_of_a_directory_gets_the_number_that_he_had_before() -> None:
    state = uids.give(EMPTY, EVE)
    assert given(state, "eve") == 70001
    assert state.directory_uids.get("e-1") == DirectoryUid("e-1", 70001)
    gone = state._replace(accounts=state.accounts.without("eve"))
    back = uids.give(uids.give(gone, BOB), EVE)
    assert (given(back, "bob"), given(back, "eve")) == (70002, 70001)
    assert given(uids.give(gone._replace(settings=Settings()), EVE), "eve") is None


def test_from_now_on_everybody_has_a_number_and_none_is_given_again() -> None:
    state = State()
    state = state._replace(accounts=state.accounts.put("ann", Account("ann", "monitor")).put("bob", BOB))
    first = uids.reserve(state, 70000, 70009)
    assert (given(first, "ann"), given(first, "bob")) == (70000, 70001)
    assert first.settings.uids == (70000, 70009, 70002)
    assert uids.reserve(first, 69000, 70009).settings.uids == (69000, 70009, 70002)
    assert uids.reserve(first, 80000, 80009).settings.uids == (80000, 80009, 80000)
