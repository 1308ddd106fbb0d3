"""Sessions: what names one, and what strangers leave behind."""

import os

import pytest

from sysmgmt import box as boxes
from sysmgmt.domain.errors import SessionEnded
from sysmgmt.engine import authority
from tests.support.box import TestBox


@pytest.mark.requirement(52)
def test_the_id_of_a_session_is_long_random_and_never_the_same() -> None:
    made = {boxes.CLOCK.token() for _ in range(100_000)}
    assert len(made) == 100_000
    assert {len(bytes.fromhex(one)) for one in made} == {16}, "128 bits"


@pytest.mark.requirement(52)
def test_the_id_of_a_session_that_is_over_is_worth_nothing(basic: TestBox) -> None:
    admin = basic.admin()
    session = admin.door.caller.session
    assert authority.check_open(basic.state, session)
    admin.door.log_out("done")
    with pytest.raises(SessionEnded):
        authority.check_open(basic.state, session)
    assert basic.admin().door.caller.session != session


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
