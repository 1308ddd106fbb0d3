"""Who is logged in, as values."""

import pytest

from sysmgmt.domain import sessions
from sysmgmt.domain.errors import TooManySessions, UnknownSession, UnknownUser
from sysmgmt.domain.model import Account, Session, Settings, SshKey, State
from sysmgmt.domain.model.policy import Policy

HOUR = 3600.0
BOB, EVE = Account("bob", "monitor", uid=7), Account("eve", "administrator")
STATE = State(settings=Settings(sessions_per_user=2))
STATE = STATE._replace(accounts=STATE.accounts.put("bob", BOB).put("eve", EVE))
ONE = Session("s1", "bob", "p", 10.0, "10.0.0.1")
TWO = Session("s0", "bob", "p", 20.0, key="fingerprint")
THREE = Session("s3", "eve", "p", 5.0)


def with_open(*those: Session, state: State = STATE) -> State:
    """The state with sessions."""
    for one in those:
        state = state._replace(sessions=state.sessions.put(one.id, one))
    return state


ALL = with_open(ONE, TWO, THREE)


def test_open_sessions_are_listed_from_the_oldest_on_without_those_that_ended() -> None:
    assert sessions.opened(ALL) == [THREE, ONE, TWO]
    assert sessions.of(ALL, "bob") == [ONE, TWO] and sessions.of(ALL, "nobody") == []
    assert sessions.opened(with_open(ONE._replace(ended="over"), state=ALL)) == [THREE, TWO]


def test_a_user_has_as_many_sessions_as_are_allowed_and_no_more() -> None:
    sessions.check_room(with_open(ONE, THREE), "bob")
    with pytest.raises(TooManySessions) as caught:
        sessions.check_room(ALL, "bob")
    assert "bob" in str(caught.value) and "2" in str(caught.value)
    sessions.check_room(with_open(ONE._replace(ended="over"), state=ALL), "bob")


def test_entering_remembers_the_login_and_tells_of_the_one_before() -> None:
    before = BOB._replace(last_login_at=3.0, last_login_from="10.0.0.9", failed_logins=4)
    state = sessions.enter(STATE._replace(accounts=STATE.accounts.put("bob", before)), ONE)
    assert state.sessions.get("s1") == ONE._replace(
        last_login_at=3.0, last_login_from="10.0.0.9", failed_logins=4, uid=7)
    assert state.accounts.get("bob") == BOB._replace(last_login_at=10.0, last_login_from="10.0.0.1", failed_logins=0)


def test_nobody_enters_who_is_unknown_or_has_too_many_sessions() -> None:
    with pytest.raises(UnknownUser) as caught:
        sessions.enter(STATE, ONE._replace(user="carol"))
    assert "carol" in str(caught.value)
    with pytest.raises(TooManySessions):
        sessions.enter(ALL, ONE._replace(id="s9"))


def test_a_session_is_overdue_after_the_hours_of_the_policy() -> None:
    state = ALL._replace(settings=STATE.settings._replace(policy=Policy(session_hours=12)))
    end = 10.0 + 12 * HOUR
    assert sessions.overdue(state, ONE, end - 0.1) == ""
    assert sessions.overdue(state, ONE, end) == "a session lasts 12 hours at most"
    assert sessions.overdue(ALL, ONE, end) == ""


def test_a_session_is_overdue_when_the_time_of_its_user_is_over() -> None:
    state = ALL._replace(accounts=ALL.accounts.put("bob", BOB._replace(ends_at=50.0)))
    assert sessions.overdue(state, ONE, 49.9) == ""
    assert sessions.overdue(state, ONE, 50.0) == "the time of the user is over"
    assert sessions.overdue(state, ONE._replace(user="carol"), 50.0) == ""


def test_what_is_overdue_ends_and_nothing_else() -> None:
    state = ALL._replace(accounts=ALL.accounts.put("bob", BOB._replace(ends_at=50.0)))
    assert sessions.end_overdue(state, "s1", 49.0) == state == sessions.end_overdue(state, "unknown", 60.0)
    over = sessions.end_overdue(state, "s1", 60.0)
    assert over.sessions.get("s1") == ONE._replace(ended="the time of the user is over", ended_at=60.0)
    assert sessions.end_overdue(over, "s1", 70.0) == over, "it ended already"


def test_a_session_that_is_forgotten_is_gone() -> None:
    assert list(sessions.forget(ALL, "s1").sessions) == ["s0", "s3"]


def test_all_sessions_of_a_user_end_but_for_one() -> None:
    over = sessions.cut_all(ALL, "bob", "because", 30.0)
    assert sessions.opened(over) == [THREE]
    assert over.sessions.get("s1") == ONE._replace(ended="because", ended_at=30.0)
    assert sessions.opened(sessions.cut_all(ALL, "bob", "because", 30.0, but="s0")) == [THREE, TWO]


def test_sessions_are_found_by_the_key_that_opened_them() -> None:
    key = SshKey("bob fingerprint", "bob", "ssh-ed25519 AAAA", "fingerprint")
    assert sessions.opened_with(ALL, key) == [TWO]
    assert sessions.opened_with(ALL, key._replace(user="eve")) == []


def test_everybody_sees_the_own_sessions_and_security_sees_all() -> None:
    assert sessions.seen_by(ALL, "bob") == [ONE, TWO]
    assert sessions.seen_by(ALL, "eve") == [THREE, ONE, TWO]
    assert sessions.seen_by(ALL, "nobody") == []


def test_a_session_is_ended_by_those_who_see_it() -> None:
    assert sessions.end(ALL, "s1", "eve", 40.0).sessions.get("s1") == ONE._replace(
        ended="eve ended it", ended_at=40.0)
    with pytest.raises(UnknownSession) as caught:
        sessions.end(ALL, "s3" + "x" * 100, "eve", 40.0)
    assert "s3" + "x" * 30 in str(caught.value) and "x" * 31 not in str(caught.value)
    with pytest.raises(UnknownSession):
        sessions.end(ALL, "s3", "bob", 40.0)
