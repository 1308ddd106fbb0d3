"""Of the guesses that sshd brings from one address boxmgmtd looks at few, however many come at once (R088)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.guesses import by_pam
from tests.support.box import TestBox
from tests.support.hashers import at_once
from tests.support.served import Served

NAMES = [f"user{number}" for number in range(20)]
PASSWORD = "Right-1-Password"
pytestmark = [pytest.mark.embedded_only("boxmgmtd is served here"), pytest.mark.requirement(41)]


@pytest.fixture
def path(basic: TestBox, tmp_path: Path) -> Iterator[Path]:
    """Where a box listens that has many users, and lets nine logins from an address fail."""
    admin = basic.admin()
    for name in NAMES:
        assert admin.do(f"add_user name={name} role=monitor password={PASSWORD} must_change=no").code == "Done"
    assert admin.do("set_password_policy origin_threshold=9").code == "Done"
    served = Served(basic.house(), tmp_path / "box.sock")
    yield served.path
    served.cut()
    served.join()


def strikes(box: TestBox) -> int:
    """How many wrong passwords were compared."""
    return sum(one.strikes for one in box.state.accounts.values())


def test_many_guesses_at_once_lock_no_more_than_one_after_another(basic: TestBox, path: Path) -> None:
    guess = by_pam("sshd", "198.51.100.7", "ssh")
    at_once(60, lambda number: guess(path, NAMES[number % 20], "wrong") and None)
    assert strikes(basic) == 9
    at_once(20, lambda number: guess(path, NAMES[number], PASSWORD) and None)
    assert basic.audit()[-1]["code"] == "TooManyFailedLogins"
    assert not guess(path, NAMES[0], PASSWORD)
    others = by_pam("sshd", "203.0.113.9", "ssh"), by_pam("login", "", "/dev/tty1")
    assert all(one(path, "admin", "wrong") is False for one in others) and strikes(basic) == 10, "they are looked at"


def test_without_the_rule_each_would_be_looked_at(basic: TestBox, path: Path) -> None:
    assert basic.admin().do("set_password_policy origin_threshold=0").code == "Done"
    at_once(60, lambda number: by_pam("sshd", "198.51.100.7", "ssh")(path, NAMES[number % 20], "wrong") and None)
    assert strikes(basic) == 60


def test_right_logins_at_once_are_let_in_however_many_come_from_one_address(path: Path) -> None:
    let_in: list[bool] = []
    at_once(20, lambda number: let_in.append(by_pam("sshd", "198.51.100.7", "ssh")(path, NAMES[number], PASSWORD)))
    assert let_in == [True] * 20
