"""What boxmgmtd does by itself."""

import threading
from typing import Any

import pytest

from sysmgmt.domain.errors import ServiceRefused, UnknownUser
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.service.duties import duty
from sysmgmt.service.duties.duty import Duty, Runner
from tests.support.box import TestBox


def test_a_duty_that_fails_says_so_once_a_minute_and_is_done_again(basic: TestBox, capsys: Any) -> None:
    passed, tried = [0.0], []

    def fails(house: House) -> None:
        tried.append(passed[0])
        if len(tried) == 4:
            raise ValueError("Canary-SECRET-99")
        raise ServiceRefused(service="sshd", words="no")
    runner = Runner(Duty("the login of root", 1.0, fails), lambda: passed[0])
    for passed[0] in (1.0, 2.0, 62.0, 63.0, 64.0):
        runner.do(basic.house())
    assert len(tried) == 5
    assert capsys.readouterr().err.splitlines() == [
        "Error: the login of root: sshd refused: no.", "Error: the login of root: sshd refused: no.",
        "Error: the login of root: failed unexpectedly (ValueError)", "Error: the login of root: sshd refused: no."]


def test_a_duty_that_hangs_keeps_no_other_from_being_done(basic: TestBox) -> None:
    hangs, done = threading.Event(), threading.Event()
    duty.start(basic.house(), [Duty("hangs", 1.0, lambda house: hangs.wait() and None),
                               Duty("works", 1.0, lambda house: done.set())])
    assert done.wait(20)
    hangs.set()


def test_own_work_is_recorded_as_that_of_the_system(basic: TestBox) -> None:
    with pytest.raises(UnknownUser):
        work(basic.house(), "count_wrong_password", {"name": "nobody.here", "token": "x"})
    last = basic.audit()[-1]
    assert (last["user"], last["command"], last["code"]) == ("system", "count_wrong_password", "UnknownUser")
