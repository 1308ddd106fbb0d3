"""What boxmgmtd does by itself."""

from typing import Any

import pytest

from sysmgmt.domain.errors import ServiceRefused, UnknownUser
from sysmgmt.engine.dispatch import House
from sysmgmt.service import duties
from sysmgmt.service.duties import Duty
from tests.support.box import TestBox


def test_a_duty_that_is_refused_says_so_and_waits_longer(basic: TestBox, capsys: Any) -> None:
    def refuses(house: House) -> None:
        raise ServiceRefused(service="sshd", words="no")
    assert duties.done(basic.house(), Duty("the login of root", 1.0, refuses)) == duties.PAUSE
    assert capsys.readouterr().err == "Error: the login of root: sshd refused: no.\n"


def test_a_duty_that_succeeds_is_due_again_after_its_interval(basic: TestBox) -> None:
    assert duties.done(basic.house(), Duty("nothing", 3.0, lambda house: None)) == 3.0


def test_own_work_is_recorded_as_that_of_the_system(basic: TestBox) -> None:
    with pytest.raises(UnknownUser):
        duties.work(basic.house(), "count_wrong_password", {"name": "nobody.here", "token": "x"})
    last = basic.audit()[-1]
    assert (last["user"], last["command"], last["code"]) == ("system", "count_wrong_password", "UnknownUser")
