"""Sessions: what names one, and what strangers leave behind."""

import os

import pytest

from sysmgmt import box as boxes
from sysmgmt.domain.errors import LoginFailed, SessionEnded
from sysmgmt.engine import authorization, login
from sysmgmt.engine.request import Caller
from tests.support.box import ADMIN_PASSWORD, CHEAP, TestBox
from tests.support.hashers import CountingHasher


@pytest.mark.requirement(52)
def test_the_id_of_a_session_is_long_random_and_never_the_same() -> None:
    made = {boxes.CLOCK.token() for _ in range(100_000)}
    assert len(made) == 100_000
    assert {len(bytes.fromhex(one)) for one in made} == {16}, "128 bits"


@pytest.mark.requirement(52)
def test_the_id_of_a_session_that_is_over_is_worth_nothing(basic: TestBox) -> None:
    admin = basic.admin()
    session = admin.door.caller.session
    assert authorization.check_open(basic.state, session)
    admin.door.log_out("done")
    with pytest.raises(SessionEnded):
        authorization.check_open(basic.state, session)
    assert basic.admin().door.caller.session != session


@pytest.mark.requirement(52)
@pytest.mark.parametrize("lines", [
    ["set_user name=bob password=Bobs-pass-12"], ["lock_user name=bob"],
    ["remove_user name=bob", "add_user name=bob role=monitor password=Bobs-pass-12 must_change=no"]])
def test_no_session_begins_with_a_password_that_was_replaced_while_it_was_compared(
        basic: TestBox, lines: list[str]) -> None:
    admin = basic.admin()
    assert admin.do("add_user name=bob role=monitor password=Bobs-pass-11 must_change=no").code == "Done"
    waiting = list(lines)

    def overtake() -> None:
        basic.clock.move(1)
        while waiting:
            assert admin.do(waiting.pop(0)).code == "Done"
    bob = basic.client(house=basic.house(CountingHasher(basic.folder, basic.folder.parent / "log", overtake)))
    assert bob.log_in("bob", "Bobs-pass-11").code == "LoginFailed"
    assert not waiting and not bob.door.caller.user
    assert [one for one in basic.state.sessions.values() if one.user == "bob" and not one.ended] == []


@pytest.mark.requirement(52)
@pytest.mark.parametrize("moment", [0.0, 1_767_225_600.123456])
def test_the_moment_of_a_password_is_compared_as_a_number_whatever_it_is(basic: TestBox, moment: float) -> None:
    admin = basic.admin()
    assert admin.do("add_user name=bob role=monitor password=Bobs-pass-11 must_change=no").code == "Done"
    basic.replace("bob", password_changed_at=moment)
    bob, process = Caller("bob", origin="here", endpoint="batch"), basic.house().box.machine.process()
    for another in (moment + 1, 0.0 if moment else 1.0):
        with pytest.raises(LoginFailed):
            login.open_session(basic.house(), bob, login.Login(process, password_chosen_at=another))
    for right in (moment, None):
        login.open_session(basic.house(), bob, login.Login(process, password_chosen_at=right))


def test_a_login_whose_user_is_renamed_meanwhile_takes_no_attempt_of_the_new_name(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do("add_user name=bob role=monitor password=Bobs-pass-11 must_change=no").code == "Done"

    def overtake() -> None:
        assert admin.do("set_user name=bob new_name=rob").code == "Done"
    bob = basic.client(house=basic.house(CountingHasher(basic.folder, basic.folder.parent / "log", overtake)))
    assert bob.log_in("bob", "Bobs-pass-11").code == "LoginFailed"
    rob = basic.state.accounts.get("rob")
    assert rob is not None and not rob.pending and not rob.strikes
    assert basic.client().log_in("rob", "Bobs-pass-11").code == "Done"


def test_a_session_begins_with_a_password_whose_hash_was_made_anew_meanwhile(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do("add_user name=bob role=monitor password=Bobs-pass-11 must_change=no").code == "Done"
    basic.configure(hashing=CHEAP._replace(passes=2))

    def overtake() -> None:
        account = basic.state.accounts.get("bob")
        if account is not None and "t=1" in account.password:
            assert basic.client().log_in("bob", "Bobs-pass-11").code == "Done"
    bob = basic.client(house=basic.house(CountingHasher(basic.folder, basic.folder.parent / "log", overtake)))
    assert bob.log_in("bob", "Bobs-pass-11").code == "Done"


@pytest.mark.requirement(46)
@pytest.mark.embedded_only("the files of the state are compared while nobody else writes them")
def test_guesses_at_unknown_names_leave_no_byte_in_the_state(basic: TestBox) -> None:
    client = basic.client()
    before, names = basic.files(), sorted(os.listdir(basic.folder))
    for number in range(500):
        assert client.log_in(f"nobody{number:x}", "guess").code == "LoginFailed"
    assert basic.files() == before and sorted(os.listdir(basic.folder)) == names
    assert client.log_in("admin", "guess").code == "LoginFailed"
    assert basic.files() != before, "a guess at a user is counted"


@pytest.mark.requirement(52)
@pytest.mark.parametrize("password", [ADMIN_PASSWORD, "wrong"])
def test_who_logs_in_again_leaves_no_session_open(basic: TestBox, password: str) -> None:
    client = basic.admin()
    first = client.door.caller.session
    answer = client.log_in("admin", password)
    assert (client.do("get_groups").code == "Done") is (answer.status == 0)
    assert list(basic.state.sessions) == [one for one in [client.door.caller.session] if one] != [first]
    ends = [one["parameters"]["reason"] for one in basic.audit() if one["command"] == "close_session"]
    assert ends[-1] == "replaced by another login"
