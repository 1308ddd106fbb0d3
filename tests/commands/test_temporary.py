"""Accounts that are temporary: it is shown until when, and can be changed."""

import pytest

from sysmgmt.domain.times import iso
from tests.support.box import TestBox
from tests.support.clock import HOUR, MINUTE

GIVEN = "tmp-first-1"


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box with the user tmp, whose account is valid for two hours, and with bob, whose account lasts."""
    admin = basic.admin()
    assert admin.do(f"add_user name=bob role=monitor password={GIVEN} must_change=no").code == "Done"
    told = admin.facts(f"add_user name=tmp role=monitor password={GIVEN} must_change=no valid_hours=2")
    assert told["valid_until"] == iso(basic.clock.now + 2 * HOUR)
    return basic


def end(box: TestBox, name: str = "tmp") -> object:
    """Until when get_users says that an account is valid."""
    [shown] = box.admin().facts(f"get_users name={name}")["users"]
    return shown.get("valid_until")


def lets_in(box: TestBox, name: str = "tmp") -> bool:
    """Whether somebody can log in."""
    return box.client().log_in(name, GIVEN).code == "Done"


def test_it_is_shown_until_when_an_account_is_valid(box: TestBox) -> None:
    assert end(box) == iso(box.clock.now + 2 * HOUR) and end(box, "bob") is None
    assert box.client("tmp", GIVEN).facts("get_current_user")["valid_until"] == end(box)
    assert "valid_until" not in box.client("bob", GIVEN).facts("get_current_user")


def test_who_has_a_temporary_account_is_told_at_a_login_of_its_last_14_days(box: TestBox) -> None:
    told = (f"Your account ends at {end(box)}: it is locked then, and your sessions end.",)
    assert box.client().log_in("tmp", GIVEN).warnings == told
    assert box.client().log_in("bob", GIVEN).warnings == ()
    assert box.admin().do("set_user name=tmp valid_hours=337").code == "Done"
    assert box.client().log_in("tmp", GIVEN).warnings == ()


def test_another_end_counts_from_now_and_0_makes_an_account_a_lasting_one(box: TestBox) -> None:
    admin = box.admin()
    box.clock.move(HOUR)
    told = admin.facts("set_user name=tmp valid_hours=5")
    assert told["valid_until"] == end(box) == iso(box.clock.now + 5 * HOUR)
    assert "valid_until" not in admin.facts("set_user name=tmp valid_hours=0")
    box.clock.move(9 * HOUR)
    assert end(box) is None and lets_in(box)
    assert admin.do("set_user name=tmp valid_hours=0").code == "Unchanged"


def test_an_account_that_lasts_can_be_given_an_end(box: TestBox) -> None:
    admin = box.admin()
    bob = box.client("bob", GIVEN)
    assert admin.do("set_user name=bob valid_hours=1").code == "Done"
    box.clock.move(HOUR + MINUTE)
    assert bob.do("get_users").code == "SessionEnded" and not lets_in(box, "bob")


@pytest.mark.parametrize("hours, later", [(3, False), (0, True)])
def test_one_that_was_locked_at_its_end_is_unlocked_by_another_one(box: TestBox, hours: int, later: bool) -> None:
    box.clock.move(2 * HOUR + MINUTE)
    assert not lets_in(box)
    assert box.admin().do(f"set_user name=tmp valid_hours={hours}").code == "Done"
    assert lets_in(box)
    box.clock.move(3 * HOUR + MINUTE)
    assert lets_in(box) == later


def test_one_that_was_locked_on_purpose_stays_locked(box: TestBox) -> None:
    admin = box.admin()
    admin.do("lock_user name=tmp")
    assert admin.do("set_user name=tmp valid_hours=0").code == "Done"
    assert not lets_in(box)


@pytest.mark.parametrize("line, code", [
    ("name=admin valid_hours=2", "PredefinedUser"), ("name=tmp valid_hours=8761", "InvalidValue"),
    ("name=tmp valid_hours=never", "InvalidValue")])
def test_what_cannot_be_the_end_of_an_account_is_refused(box: TestBox, line: str, code: str) -> None:
    assert box.admin().do(f"set_user {line}").code == code
