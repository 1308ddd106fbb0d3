"""Before a login there is nothing but the banner and the questions, and a wrong answer takes its time."""

import re
import time

import pytest

from sysmgmt.screen.entrance import PAUSE
from tests.boxmgmt.program import terminal
from tests.support.box import ADMIN_PASSWORD, TestBox

BANNER = "Authorized users only. What is done here is recorded."
KEYS = ("\t", "\t\t", "?", "\x1a", "\x1c", "\x1b[A", "\x1b[B", "\x18\x05", "\x1bOP", "\x1bv", "!id", "| id", "; id")


@pytest.mark.requirement(60)
@pytest.mark.requirement(45)
def test_no_key_before_the_login_shows_anything_and_failures_are_four_seconds_apart(basic: TestBox) -> None:
    basic.configure(banner=BANNER)
    one = terminal(basic.folder)
    one.until("User name\n >")
    assert one.shown == f"{BANNER}\nUser name\n >"
    for key in KEYS:
        one.send(key)
    one.send("\x15help\r")
    one.until("Password\n >")
    for key in KEYS:
        one.send(key)
    one.send("\x15")
    one.enter("wrong")
    one.until("Error: Login failed.")
    failed = time.monotonic()
    one.until("Login failed.\nUser name\n >", PAUSE + 5)
    assert time.monotonic() - failed >= PAUSE - 0.2 >= 3.8
    allowed = [re.escape(BANNER), "User name", "Password", "Error: Login failed.", " >.*", ""]
    assert [row for row in one.shown.split("\n") if not re.fullmatch("|".join(allowed), row)] == []
    assert not re.search("uid=|root|Main Menu|Commands|Traceback", one.raw)
    one.child.close(force=True)


@pytest.mark.requirement(59)
def test_where_the_level_says_so_the_banner_is_agreed_to_before_anything_else(basic: TestBox) -> None:
    assert basic.admin().do(f'set_login_banner text="{BANNER}"').code == "Done"
    assert basic.admin().do("set_session_policy acknowledge=yes").code == "Done"
    one = terminal(basic.folder, "--user", "admin")
    one.until("Do you agree? (y/n)")
    assert one.shown.startswith(BANNER) and "Password" not in one.shown
    one.enter("n")
    assert one.end() == 1 and "Password" not in one.raw
    assert "Error: Cancelled.\r" in one.raw, "there was nothing to change"
    two = terminal(basic.folder, "--user", "admin")
    two.until("Do you agree? (y/n)")
    two.enter("y")
    two.until("Password\n >")
    two.enter(ADMIN_PASSWORD)
    two.until("Main Menu")
    two.enter("q")
    assert two.end() == 0


def test_failed_logins_before_the_first_one_are_told_without_a_since(basic: TestBox) -> None:
    basic.admin().do("add_user name=bob role=monitor password=bob-first-1 must_change=no")
    basic.client().log_in("bob", "certainly wrong")
    one = terminal(basic.folder, "--user", "bob")
    one.until("Password\n >")
    one.enter("bob-first-1")
    assert "Last login: never.\nFailed logins so far: 1.\n" in one.until("box1>")
    one.enter("quit")
    assert one.end() == 0


@pytest.mark.requirement(51)
@pytest.mark.parametrize("way", ["q", "quit", "\x04", "2.5.1\rq", "6\rquit\rq"],
                         ids=["q", "quit", "end", "deep", "shell"])
def test_whoever_leaves_is_told_so(basic: TestBox, way: str) -> None:
    one = terminal(basic.folder, "--user", "admin", environment={"TERM": "dumb"})
    one.until("Password\n >")
    one.enter(ADMIN_PASSWORD)
    one.until("[Q] Quit\nbox1:")
    *steps, last = way.split("\r")
    for step in steps:
        one.enter(step)
        one.quiet(0.7)
    one.send(last if last == "\x04" else last + "\r")
    assert one.end() == 0
    assert one.shown.split("\n")[-1] == "Logged out.", one.shown
