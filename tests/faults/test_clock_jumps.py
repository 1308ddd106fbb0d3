"""The clock of the box jumps: nothing is unlocked or expires for good, and an event tells of it.

What every command does while the clock is off, and after it was set right, is part of the matrix.
"""

import pytest

from sysmgmt.domain import passwords
from sysmgmt.domain.errors import PasswordTooYoung
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import Account
from sysmgmt.service.duties import health, renewals, sessions
from tests.faults.matrix import JUMPS
from tests.support.box import TestBox
from tests.support.clock import DAY, HOUR, MONDAY

each_jump = pytest.mark.parametrize("jump", JUMPS)
BOB = "Bob-First-12"


@pytest.fixture
def locked(high: TestBox) -> TestBox:
    """A box whose user bob has locked himself out."""
    high.configure(level="basic")
    assert high.admin().do(f"add_user name=bob role=monitor password={BOB} must_change=no").code == "Done"
    for _ in range(3):
        high.client().log_in("bob", "wrong")
    return high


def locked_by(box: TestBox) -> str:
    """Why bob is locked."""
    account = box.state.accounts.get("bob")
    assert account is not None
    return account.locked_by


@each_jump
def test_no_jump_unlocks_who_has_locked_himself_out(locked: TestBox, jump: float) -> None:
    locked.clock.now += jump
    sessions.settle_locks(locked.house())
    assert locked_by(locked) == "attempts"
    assert locked.client().log_in("bob", BOB).code == "LoginFailed"
    locked.clock.now = MONDAY
    assert locked.client().log_in("bob", BOB).code == "LoginFailed"
    assert locked.admin().do("unlock_user name=bob").code == "Done"
    assert locked.client().log_in("bob", BOB).code == "Done", "the control"


@each_jump
def test_a_lock_that_ends_after_some_minutes_ends_by_the_clock_and_never_before(locked: TestBox, jump: float) -> None:
    locked.configure(level="nist")
    locked.clock.now += jump
    sessions.settle_locks(locked.house())
    minutes = LEVELS["nist"].unlock_minutes
    assert minutes is not None and locked_by(locked) == ("" if jump >= minutes * 60 else "attempts")


@each_jump
def test_a_password_that_seemed_to_be_over_is_not_once_the_clock_is_right(high: TestBox, jump: float) -> None:
    high.clock.now += jump
    answer = high.admin().do("add_group name=sales")
    assert answer.code == ("MustChangePassword" if jump > 90 * DAY else "Done")
    high.clock.now = MONDAY
    assert high.admin().do("add_group name=later").code == "Done"


@each_jump
def test_a_session_outlives_every_jump_and_an_event_tells_of_each(basic: TestBox, jump: float) -> None:
    admin, house, watch = basic.admin(), basic.house(), health.ClockWatch(lambda: 100.0)
    watch.look(house)
    for now in (MONDAY + jump, MONDAY):
        basic.clock.now = now
        sessions.end_overdue(house)
        watch.look(house)
        assert admin.do("get_groups").code == "Done"
    events = [one for one in admin.facts("get_events_log")["events"] if one["name"] == "ClockJumped"]
    assert len(events) == 2 and admin.do("verify_audit_log").code == "Done"


def test_the_least_age_of_a_password_from_before_the_clock_was_set_back_is_not_waited_for() -> None:
    account = passwords.store(Account("bob", "monitor"), "hash", MONDAY)._replace(own_change_at=MONDAY)
    passwords.check_age(account, LEVELS["high"], MONDAY - 400 * DAY)
    with pytest.raises(PasswordTooYoung):
        passwords.check_age(account, LEVELS["high"], MONDAY + HOUR)


def test_a_certificate_from_the_future_is_made_anew_once(basic: TestBox) -> None:
    def begins() -> float:
        found = basic.state.identities.get("system")
        assert found is not None
        return found.certificates[0].not_before
    assert basic.admin().do("create_system_certificate common_name=box1").code == "Done"
    basic.clock.now += 4000 * DAY
    renewals.renew(basic.house())
    assert begins() > MONDAY + DAY, "the clock was ahead, and it was near its end"
    basic.clock.now = MONDAY
    for _ in range(2):
        renewals.renew(basic.house())
    records = [one for one in basic.audit() if one["command"] == "renew_certificate" and one.get("code") == "Done"]
    assert begins() <= MONDAY and len(records) == 2
