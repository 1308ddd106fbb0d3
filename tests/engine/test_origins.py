"""Where a level asks for it, nobody locks everybody from one address (R088)."""

import pytest

from sysmgmt.domain.origins import WINDOW
from sysmgmt.engine import login
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import Answer, Caller
from tests.support.box import ADMIN_PASSWORD, CHEAP, TestBox

STRANGER, ELSEWHERE, CONSOLE = (
    Caller(origin="198.51.100.7", endpoint="ssh"), Caller(origin="203.0.113.9", endpoint="ssh"),
    Caller(origin="tty1", endpoint="console", console=True))
NAMES = [f"user{number}" for number in range(20)]
PASSWORD = "Right-1-Password"
pytestmark = [pytest.mark.embedded_only("boxmgmtd is asked in tests/service/test_origins.py")]


@pytest.fixture
def house(basic: TestBox) -> House:
    """A box with users, at rules under which nine logins from an address may fail."""
    admin = basic.admin()
    for name in NAMES:
        assert admin.do(f"add_user name={name} role=monitor password={PASSWORD} must_change=no").code == "Done"
    assert admin.do("set_password_policy origin_threshold=9").code == "Done"
    basic.configure(hashing=CHEAP)
    return basic.house()


def locked(box: TestBox) -> list[str]:
    """Who is locked."""
    return [one.name for one in box.state.accounts.values() if one.locked_by]


def log_in(house: House, caller: Caller, name: str, password: str) -> Answer:
    """What somebody is told who logs in."""
    return login.log_in(house, caller, name, password).answer


@pytest.mark.requirement(41)
def test_who_guesses_at_all_names_from_one_address_locks_a_few_and_is_turned_away(basic: TestBox, house: House) -> None:
    told = [log_in(house, STRANGER, name, "wrong") for name in NAMES for _ in range(3)]
    assert locked(basic) == NAMES[:3] and told[0].code == "LoginFailed"
    assert told == [told[0]] * 60, "nobody is told that it was not looked at"
    assert log_in(house, STRANGER, NAMES[9], PASSWORD) == told[0], "nor whether it was right"
    assert [one["code"] for one in basic.audit()[-2:]] == ["TooManyFailedLogins"] * 2, "the audit says so"
    for caller, name, password in ((ELSEWHERE, NAMES[9], PASSWORD), (CONSOLE, "admin", ADMIN_PASSWORD)):
        assert log_in(house, caller, name, password).code == "Done"
    basic.clock.move(WINDOW)
    assert log_in(house, STRANGER, NAMES[9], PASSWORD).code == "Done"


def test_without_the_rule_he_would_lock_them_all(basic: TestBox, house: House) -> None:
    assert basic.admin().do("set_password_policy origin_threshold=0").code == "Done"
    for name in NAMES[:5]:
        for _ in range(3):
            assert log_in(house, STRANGER, name, "wrong").code == "LoginFailed"
    assert locked(basic) == NAMES[:5]


def test_unknown_and_locked_names_count_as_well_so_that_nothing_tells_who_exists(
        basic: TestBox, house: House) -> None:
    assert basic.admin().do(f"lock_user name={NAMES[0]} --yes").code == "Done"
    for number in range(9):
        log_in(house, STRANGER, NAMES[0] if number % 2 else f"nobody{number}", "wrong")
    assert log_in(house, STRANGER, NAMES[1], PASSWORD).code == "LoginFailed"


def test_what_is_no_failure_of_his_counts_for_nothing(basic: TestBox, house: House) -> None:
    basic.configure(sessions_per_user=1)
    for _ in range(12):
        assert log_in(house, STRANGER, NAMES[2], PASSWORD).code in ("Done", "TooManySessions")
    assert log_in(house, STRANGER, NAMES[3], PASSWORD).code == "Done"
