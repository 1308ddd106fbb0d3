"""The way back in: only at a terminal, only for the owner, recorded and announced (R092, R093)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.boxmgmt.program import terminal, walk
from tests.screen.harness import Terminal
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import ENVIRONMENT

NEW = "Recovered-pass-1"
QUESTION = "New password of the user admin\n >"
AGAIN = "New password of the user admin, again\n >"


def recovered(folder: Path) -> Terminal:
    """A recovery that has been carried out."""
    one = terminal(folder, "--recover")
    one.until(QUESTION)
    one.enter(NEW)
    one.until(AGAIN)
    one.enter(NEW)
    one.until("The user admin is unlocked and has the new password.")
    assert (one.end(), one.is_clean()) == (0, True)
    return one


@pytest.mark.checklist("R093")
def test_a_locked_admin_gets_back_in_with_a_new_password(basic: TestBox) -> None:
    for _ in range(3):
        assert walk(basic.folder, "1\n", password="Wrong-pass-1").status == 4
    assert walk(basic.folder, "1\n", password=ADMIN_PASSWORD).status == 4
    shown = recovered(basic.folder)
    assert NEW not in shown.raw
    assert walk(basic.folder, "1\n", password=NEW).status == 0
    assert walk(basic.folder, "1\n", password=ADMIN_PASSWORD).status == 4


def test_recovery_is_recorded_without_the_password(basic: TestBox) -> None:
    recovered(basic.folder)
    recorded = [one for one in basic.audit() if one.get("command") == "recover_admin"]
    assert [one.get("code") for one in recorded] == [None, "Done"]
    assert NEW.encode() not in basic.everything()


def test_users_with_security_are_told_at_their_next_login(basic: TestBox) -> None:
    basic.admin().do("add_user name=eve role=administrator password=Their-pass-56 must_change=no")
    recovered(basic.folder)
    told = walk(basic.folder, "", user="eve", password="Their-pass-56")
    assert "Warning: The password of admin was recovered on the console" in told.err
    assert "recovered" not in walk(basic.folder, "", user="eve", password="Their-pass-56").err


def test_a_password_that_is_too_weak_is_asked_for_again(high: TestBox) -> None:
    one = terminal(high.folder, "--recover")
    for question in (QUESTION, AGAIN):
        one.until(question)
        one.enter("short")
    one.until("Answer again, or press Ctrl-C to cancel.\n" + QUESTION)
    one.send("\x03")
    one.until("Error: Cancelled; nothing was changed.")
    assert (one.end(), one.is_clean()) == (1, True)
    assert high.client("admin").do("get_current_user").code == "Done"


def test_without_a_terminal_it_says_where_it_works(basic: TestBox) -> None:
    done = walk(basic.folder, f"{NEW}\n{NEW}\n", "--recover", user="")
    assert done.err == ("Error: Recovery asks questions, so it needs a terminal.\n"
                        "Hint: Start boxmgmt --recover with the keyboard as its input.\n")
    assert (done.out, done.status) == ("", 2)


def test_a_box_that_is_not_installed_has_nothing_to_recover(fresh: TestBox) -> None:
    one = terminal(fresh.folder, "--recover")
    one.until("Error: This box has not been installed.")
    assert one.end() == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_nobody_but_the_owner_may_recover(basic: TestBox) -> None:
    os.chown(basic.folder, 12345, 12345)
    one = terminal(basic.folder, "--recover")
    one.until("Hint: Start boxmgmt --recover as the user with the number 12345.")
    assert one.end() == 3


def test_sysmgmt_has_no_recovery() -> None:
    done = subprocess.run([sys.executable, "-m", "sysmgmt", "--recover"], capture_output=True, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, text=True, check=False)
    assert (done.stderr, done.returncode) == ("Error: --recover is an option of boxmgmt.\n", 2)
