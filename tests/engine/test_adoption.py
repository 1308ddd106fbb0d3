"""A caller whom the kernel identifies is the user of that number, in the session of the login and in no other."""

import pytest

from sysmgmt.domain.errors import AccountLocked, LoginNeeded, Refusal, SessionEnded
from sysmgmt.engine import adoption
from sysmgmt.engine.adoption import Known
from sysmgmt.engine.request import Caller
from tests.support.box import STRANGER, TestBox

BOB, NUMBER, NOBODY = "bob", 70001, 70002
pytestmark = pytest.mark.embedded_only("the engine itself is asked, as boxmgmtd does for whoever connects")


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box whose user bob has a number."""
    assert basic.admin().do('add_user name=bob role=monitor password="bob-first-1" must_change=no').code == "Done"
    basic.replace(BOB, uid=NUMBER)
    return basic


def adopted(box: TestBox, known: Known) -> Caller:
    """Who the caller is then."""
    return adoption.adopt(box.house(), STRANGER, known).caller


def refused(box: TestBox, known: Known) -> Refusal:
    """Why the caller is nobody."""
    with pytest.raises(Refusal) as caught:
        adopted(box, known)
    return caught.value


def own(box: TestBox) -> str:
    """The process of the test, which lives."""
    return box.house().box.machine.process()


def test_a_process_without_a_login_gets_a_session_and_keeps_it(box: TestBox) -> None:
    first = adopted(box, Known(NUMBER, [own(box), "the one above it"]))
    assert first.user == BOB and first.session in box.state.sessions
    again = adopted(box, Known(NUMBER, ["a child", own(box)], logged_in=NUMBER))
    assert (again.user, again.session) == (BOB, first.session)


def test_a_session_that_was_ended_is_replaced_by_none(box: TestBox) -> None:
    adopted(box, Known(NUMBER, [own(box)]))
    session = next(one.id for one in box.state.sessions.values() if one.user == BOB)
    assert box.admin().do(f"end_session session={session}").code == "Done"
    assert isinstance(refused(box, Known(NUMBER, [own(box)])), SessionEnded)
    assert not any(one.user == BOB and not one.ended for one in box.state.sessions.values())


def test_the_session_of_a_process_is_that_of_its_own_user_alone(box: TestBox) -> None:
    adopted(box, Known(NUMBER, [own(box)]))
    assert isinstance(refused(box, Known(NOBODY, [own(box)])), LoginNeeded)


def test_what_has_outlived_its_login_or_its_process_gets_no_session(box: TestBox) -> None:
    over, gone = refused(box, Known(NUMBER, [own(box)], logged_in=NUMBER)), refused(box, Known(NUMBER, []))
    assert "its login is over" in str(over) and "its process is gone" in str(gone)
    assert isinstance(over, SessionEnded) and isinstance(gone, SessionEnded)
    assert adopted(box, Known(NUMBER, [own(box)], logged_in=0)).user == BOB, "as root starts one for somebody"


def test_a_locked_user_gets_no_session(box: TestBox) -> None:
    for _ in range(3):
        box.client().log_in(BOB, "wrong")
    assert isinstance(refused(box, Known(NUMBER, [own(box)])), AccountLocked)
