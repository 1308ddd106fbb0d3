"""The way back in for the owner of the state; tests/boxmgmt walks it at a terminal."""

import pytest

from sysmgmt.engine.recovery import recover
from tests.support.box import ADMIN_PASSWORD, STRANGER, TestBox

NEW = "Recovered-pass-1"
pytestmark = pytest.mark.embedded_only("only the owner of the state recovers")


@pytest.mark.checklist("R093")
def test_a_locked_admin_is_unlocked_with_the_new_password_and_the_sessions_are_over(basic: TestBox) -> None:
    admin = basic.admin()
    for _ in range(3):
        basic.client().log_in("admin", "wrong")
    assert basic.client().log_in("admin", ADMIN_PASSWORD).code == "LoginFailed"
    answer = recover(basic.house(), STRANGER, NEW)
    assert (answer.code, answer.status) == ("Done", 0)
    assert basic.client().log_in("admin", NEW).code == "Done"
    assert admin.do("get_users").code == "SessionEnded"
    assert basic.state.settings.recovered_at == basic.clock.now


def test_a_password_that_no_user_could_choose_recovers_nothing(high: TestBox) -> None:
    before = high.files()
    answer = recover(high.house(), STRANGER, "short")
    assert (answer.code, answer.status, answer.command) == ("PasswordTooWeak", 1, None)
    assert high.files() == before and high.client().log_in("admin", ADMIN_PASSWORD).code == "Done"
