"""The menu at a terminal: every menu with wrong choices, the questions, the ways out."""

import time
from pathlib import Path

import pytest

from boxmgmt.menu import Menu, names
from boxmgmt.tree import MAIN
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import Pending, Reach
from tests.boxmgmt.program import START, logged_in, step, terminal
from tests.screen.harness import Terminal
from tests.support.box import ADMIN_PASSWORD, TestBox

MAIN_MENU = """** Main Menu **
[1] Installation
[2] Setup
[3] Diagnostics
[4] Cluster operations
[5] Shutdown / Reboot operations
[6] System management CLI
[Q] Quit
box1:"""


def paths(menus: tuple[Menu, ...] = (MAIN,), path: str = "") -> list[tuple[str, str]]:
    """Every menu: the path to it and its spelling."""
    found = [(path, names(menus))]
    for number, one in enumerate(menus[-1].items, 1):
        if isinstance(one, Menu):
            found += paths((*menus, one), f"{path}.{number}".lstrip("."))
    return found


@pytest.mark.checklist("R117")
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_the_main_menu_looks_as_the_guide_has_it(basic: TestBox, term: str) -> None:
    one = logged_in(basic.folder, environment={"TERM": term})
    assert MAIN_MENU in one.until("box1:")
    one.enter("q")
    assert (one.end(), one.is_clean()) == (0, True)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize(("path", "title"), paths())
def test_wrong_choices_and_interrupts_leave_one_in_the_menu(basic: TestBox, path: str, title: str, term: str) -> None:
    one = logged_in(basic.folder, environment={"TERM": term})
    step(one, path, f"** {title} **")
    for wrong, shown in (("0", "choice 0"), ("-1", "choice -1"), ("99", "choice 99"), ("words", "such choice"),
                         ("98.9", "choice 98.9")):  # each once: `until` would see an earlier one
        step(one, wrong, f"Error: There is no {shown} in this menu.\n"
                         "Hint: Enter a number of the menu, or ? for help.\nbox1:")
    one.send("half a li\x03")
    one.until("box1: half a li\nbox1:" if term == "dumb" else "half a li")
    shown = step(one, "?", "and the menu is back.\nbox1:")
    assert "[Q] Quit" in shown, "the menu is shown again; the title of a long one has gone by"
    one.send("\x04")
    assert (one.end(), one.is_clean()) == (0, True)


def test_a_bad_value_is_explained_and_asked_for_again(basic: TestBox) -> None:
    one = logged_in(basic.folder)
    step(one, "2.2", "Name of the box\n >")
    step(one, "1st", "Answer again, or press Ctrl-C to cancel.\nName of the box\n >")
    shown = step(one, "box7", "box7:")
    assert "set_box_name completed successfully.\nIn Sysmgmt: set_box_name name=box7\n\n** Setup **" in shown
    assert basic.state.settings.name == "box7"


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_breaking_off_a_question_cancels_the_action_only(basic: TestBox, key: str) -> None:
    one = logged_in(basic.folder)
    step(one, "2.5.1.2", "until logout (0: as the level has it) (blank keeps\n  the present value)\n >")
    step(one, "5", "Sessions that one user may have open (blank keeps the present value)\n >")
    one.send(key)
    one.until("Error: Cancelled; nothing was changed.\n\n** Setup > Advanced options > Security options **")
    assert basic.state.settings.idle_timeout == 1800
    step(one, "1", "Security level (high is recommended)\n  1. basic\n  2. high\n  3. stig\n  4. nist\n >")
    one.send(key)
    one.until("Cancelled; nothing was changed.")


def test_breaking_off_what_only_shows_says_nothing_of_changes(basic: TestBox) -> None:
    one = logged_in(basic.folder)
    step(one, "3.4", "User (may be left blank)\n  1. admin\n >")
    one.send("\x03")
    assert "Error: Cancelled.\n\n** Diagnostics **" in one.until("** Diagnostics **\n[1] View system status")


def test_the_readme_shows_the_levels_that_there_are() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    assert "".join(f"  {number}. {level}\n" for number, level in enumerate(LEVELS, 1)) + " > high" in readme


@pytest.mark.parametrize("answer", ["n\r", "\x03"])
def test_a_question_takes_no_for_an_answer(basic: TestBox, answer: str) -> None:
    one = logged_in(basic.folder)
    step(one, "2.11.8", "(may be left blank)\n >")
    step(one, "", "Reset them? (y/n)\n >")
    one.send(answer)
    one.until("Error: Cancelled; nothing was changed.\n\n** ")


def test_what_was_left_blank_and_is_needed_the_first_time_is_asked_for(basic: TestBox) -> None:
    one = logged_in(basic.folder)
    step(one, "2.9.2.2", "Name or address of the server (blank keeps the present value)\n >")
    for question in ("How it is spoken to", "Its port", "What is sent", "Whether the box shows", "Which of the two",
                     "in clear text"):
        step(one, "", question)
    step(one, "", "Name or address of the server\n >")
    step(one, "127.0.0.1", "In Sysmgmt: config_syslog server=127.0.0.1\n")
    assert [(each.server, each.what) for each in basic.state.syslog.values()] == [("127.0.0.1", "both")]


@pytest.mark.requirement(28)
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_password_is_typed_twice_and_never_shown(basic: TestBox, term: str) -> None:
    one = logged_in(basic.folder, environment={"TERM": term})
    step(one, "2.5.1.3", "Current password\n >")
    step(one, ADMIN_PASSWORD, "New password\n >")
    step(one, "Another-pass-34", "New password, again\n >")
    step(one, "Another-pass-35", "The two entries differ. Enter both again.\nNew password\n >")
    step(one, "Another-pass-34", "again\n >\nThe two entries differ. Enter both again.\nNew password\n >\n"
                                 "New password, again\n >")
    step(one, "Another-pass-34", "In Sysmgmt: set_password current_password=- new_password=-")
    assert "Another" not in one.raw and ADMIN_PASSWORD not in one.raw


def test_three_wrong_current_passwords_end_the_session(basic: TestBox) -> None:
    one = logged_in(basic.folder)
    for count in (1, 2, 3):
        step(one, "m", "[6] System management CLI\n[Q] Quit\nbox1:")
        step(one, "2.5.1.3", "Current password\n >")
        step(one, f"wrong-{count}", "Error: The account is locked." if count == 3 else
             "Error: The current password is wrong.")
    assert "New password" not in one.shown, "what is wrong already is told before more is asked"
    assert (one.end(), one.is_clean()) == (4, True)


def test_six_opens_the_command_shell_and_quit_comes_back(basic: TestBox) -> None:
    one = logged_in(basic.folder)
    step(one, "6", "Enter quit to come back to the menu.\nbox1>")
    step(one, "get_groups", "Groups: none\nbox1>")
    step(one, "quit", MAIN_MENU)
    step(one, "6", "box1>")
    step(one, "get_cluster_status", "Version: ")  # these answers take the first menu off the screen
    step(one, "get_box_settings", "Sessions per user: 10\nbox1>")
    step(one, "get_groups", "Groups: none\nbox1>")
    assert MAIN_MENU not in one.shown
    one.send("\x04")
    one.until(MAIN_MENU)
    one.enter("Q")
    assert (one.end(), one.is_clean()) == (0, True)


def test_a_session_that_is_ended_from_elsewhere_ends_in_the_menu_and_behind_six(basic: TestBox) -> None:
    basic.admin().do("add_user name=eve role=administrator password=Their-pass-56 must_change=no")
    for line in ("3", "6"):
        one = logged_in(basic.folder, "eve", "Their-pass-56")
        step(one, line, "box1>" if line == "6" else "** Diagnostics **")
        assert basic.admin().do("lock_user name=eve").code == "Done"
        one.until("Error: The session was ended")
        assert (one.end(), one.is_clean()) == (5, True)
        basic.admin().do("unlock_user name=eve")


def test_the_menu_is_drawn_where_the_questions_are_when_answers_go_to_a_file(basic: TestBox) -> None:
    answers = basic.folder.parent / "answers"
    one = Terminal(str(START), "--state", str(basic.folder), "--user", "admin",
                   shell=f'exec "$@" > {answers}')
    one.until("Password\n")
    one.enter(ADMIN_PASSWORD)
    one.until("[Q] Quit\nbox1:")
    step(one, "3.1", "** Diagnostics **")
    one.enter("q")
    assert one.end() == 0
    assert answers.read_text().endswith("In Sysmgmt: get_system_status\n") and "**" not in answers.read_text()


def test_a_fresh_box_is_installed_and_leads_into_the_main_menu(fresh: TestBox) -> None:
    one = terminal(fresh.folder)
    one.until("Name of the box\n >")
    step(one, "box1", "Security level (high is recommended)\n  1. basic\n  2. high\n  3. stig\n  4. nist\n >")
    step(one, "basic", "The password needs at least 5 characters.\nPassword of the user admin\n >")
    step(one, "first-pass", "Password of the user admin, again\n >")
    step(one, "first-pass", MAIN_MENU)
    one.enter("q")
    assert one.end() == 0


def test_a_role_that_is_taken_away_ends_the_session_in_an_open_menu(basic: TestBox) -> None:
    basic.admin().do("add_user name=eve role=administrator password=Their-pass-56 must_change=no")
    one = logged_in(basic.folder, "eve", "Their-pass-56")
    assert basic.admin().do("set_user name=eve role=admin").code == "Done"
    step(one, "6", "Error: The session was ended: the role of the user was changed.")
    assert one.end() == 5


def left(one: Terminal) -> str:
    """The time that stands above the last prompt."""
    return one.shown.rpartition("is undone in ")[2].split()[0]


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_above_the_prompt_stands_when_an_unconfirmed_change_is_undone(basic: TestBox, term: str) -> None:
    one = logged_in(basic.folder, environment={"TERM": term})
    assert "is undone in" not in one.until("box1:")
    now, raised = time.time(), Reach(tls_minimum="1.3")
    waits = Pending("id", "set_tls_minimum", "admin", "security", now, now + 600, Reach(), raised)
    basic.configure(reach=raised, pending=waits)
    shown = step(one, "2", "is undone in 9:")
    assert "An unconfirmed change is undone in 9:" in shown
    one.until("(confirm_change from a new login)\nbox1:")
    one.send("q")
    seen, deadline = [left(one)], time.monotonic() + (10 if term == "xterm" else 3)
    while len(seen) < 3 and time.monotonic() < deadline:
        one.quiet(0.2)
        seen += [left(one)] * (left(one) != seen[-1])
    assert len(seen) == (3 if term == "xterm" else 1), "nothing can be drawn over on a dumb terminal"
    assert seen == sorted(seen, reverse=True) and one.shown.endswith("box1: q"), "what is typed stays"
    one.enter("")
    assert (one.end(), one.is_clean()) == (0, True)
