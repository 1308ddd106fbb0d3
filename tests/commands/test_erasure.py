"""One administrator erases the box in no way alone: neither as another one, nor by the clock (R244)."""

import pytest

from sysmgmt.domain.erasure import PATIENCE
from sysmgmt.engine import login
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Caller
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.clock import DAY, HOUR

FIRST, OWN = "Kim-first-1", "Kim-second-2"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC5jYW5hcnktY2FuYXJ5LWNhbmFyeS1jYW5hcnktMjAy"
WISH = "erase_box name=box1 password={} --yes"
RESTORE = "restore_settings name=b1 password=Backup-Pass-77 administrators=replace confirm_minutes=0 --yes"
RULED = "AdministratorsChanged"

pytestmark = pytest.mark.checklist("R244")


@pytest.fixture
def settled(basic: TestBox) -> TestBox:
    """A box with the administrators admin and kim, left alone for days; a backup has kim's first password."""
    basic.clock.move(2 * DAY)
    admin = basic.admin()
    for line in (f"add_user name=kim role=administrator password={FIRST} must_change=no",
                 "backup_settings name=b1 items=users password=Backup-Pass-77"):
        assert admin.do(line).code == "Done"
    basic.clock.move(2 * DAY)
    kim = basic.client("kim", FIRST)
    assert kim.do(f"set_password current_password={FIRST} new_password={OWN}").code == "Done"
    basic.clock.move(2 * DAY)
    return basic


def by_key(box: TestBox) -> Client:
    """Whoever sshd let in as kim by a key."""
    house = box.house()
    come = login.Login(house.box.machine.process())
    reply = login.open_session(house, Caller(user="kim", origin="10.0.0.9", endpoint="ssh"), come)
    return Client(EmbeddedDoor(house, Caller(), reply))


def erased(client: Client, password: str) -> object:
    """Whether the box is erased, or the refusal."""
    answer = client.do(WISH.format(password))
    return (answer.result or {})["erased"] if answer.code == "Done" else answer.code


@pytest.mark.parametrize("wished_first", [True, False])
def test_who_comes_in_as_another_administrator_does_not_agree_as_her(settled: TestBox, wished_first: bool) -> None:
    if wished_first:
        assert erased(settled.admin(), ADMIN_PASSWORD) is False
    kim = by_key(settled)
    assert kim.do(RESTORE).code == "Done", "her old password is hers again, by her own session"
    assert erased(by_key(settled), FIRST) == RULED
    assert erased(settled.admin(), ADMIN_PASSWORD) in (RULED, "Unchanged")
    assert erased(by_key(settled), FIRST) == RULED
    assert settled.state.installed


def test_an_administrator_with_a_key_of_somebody_else_does_not_agree_for_a_day(settled: TestBox) -> None:
    assert settled.admin().do(f'add_ssh_key name=kim key="{KEY}"').code == "Done"
    assert erased(settled.client("kim", OWN), OWN) == RULED
    assert erased(settled.admin(), ADMIN_PASSWORD) == RULED, "nobody else could agree"
    settled.clock.move(DAY)
    assert erased(settled.admin(), ADMIN_PASSWORD) is False
    assert erased(settled.client("kim", OWN), OWN) is True


def test_a_key_of_her_own_keeps_nobody_from_agreeing(settled: TestBox) -> None:
    kim = settled.client("kim", OWN)
    assert kim.do(f'add_ssh_key key="{KEY}"').code == "Done"
    assert erased(settled.admin(), ADMIN_PASSWORD) is False
    assert erased(kim, OWN) is True


@pytest.mark.parametrize("jump", [25 * HOUR, -25 * HOUR, 300 * DAY])
def test_no_setting_of_the_clock_makes_the_day_of_an_administrator_pass(settled: TestBox, jump: float) -> None:
    assert settled.admin().do("lock_user name=kim").code == "Done"
    settled.clock.now += jump
    assert erased(settled.admin(), ADMIN_PASSWORD) == RULED
    settled.clock.move(DAY)
    assert erased(settled.admin(), ADMIN_PASSWORD) is True, "kim had a day to tell"


def test_no_setting_of_the_clock_makes_the_box_young_again(settled: TestBox) -> None:
    settled.clock.now -= 6 * DAY
    assert settled.admin().do(f"add_user name=eve role=administrator password={FIRST} must_change=no").code == "Done"
    assert erased(settled.admin(), ADMIN_PASSWORD) is False
    assert erased(settled.client("eve", FIRST), FIRST) == RULED


def test_no_setting_of_the_clock_brings_an_old_wish_back(settled: TestBox) -> None:
    assert erased(settled.client("kim", OWN), OWN) is False
    settled.clock.move(PATIENCE + 1)
    settled.clock.now -= PATIENCE
    assert erased(settled.admin(), ADMIN_PASSWORD) is False, "it is the first wish again"


def test_a_restart_of_the_machine_begins_the_day_anew_and_ends_a_wish(settled: TestBox) -> None:
    assert erased(settled.client("kim", OWN), OWN) is False
    settled.clock.boot, settled.clock.passed = "second", 60.0
    assert erased(settled.admin(), ADMIN_PASSWORD) is False
    assert settled.admin().do("lock_user name=kim").code == "Done"
    settled.clock.now += DAY
    settled.clock.boot, settled.clock.passed = "third", DAY - 1
    assert settled.admin().do("erase_box name=box1 password=wrong --yes").code == "PasswordWrong"
    settled.clock.move(PATIENCE + 2)
    assert erased(settled.admin(), ADMIN_PASSWORD) is True
