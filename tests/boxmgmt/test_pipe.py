"""The menu on a pipe: one line is one choice or one answer, and the first mistake ends it."""

import re
import json
import os

import pytest

from boxmgmt.walk import COMMANDS_BEHIND
from tests.boxmgmt.program import walk
from tests.support.box import ADMIN_PASSWORD, TestBox


def test_neither_menus_nor_questions_are_printed(basic: TestBox) -> None:
    done = walk(basic.folder, "2\n2\nbox7\n")
    assert done.out == ("Name: box7\nset_box_name completed successfully.\nIn Sysmgmt: set_box_name name=box7\n")
    assert (done.err, done.status) == ("", 0)
    assert basic.state.settings.name == "box7"


def test_a_path_of_numbers_is_the_same_as_its_numbers_on_lines_of_their_own(basic: TestBox) -> None:
    walk(basic.folder, "2.5.1.2\n10\n\n")
    at_once = basic.state.settings.idle_timeout
    walk(basic.folder, "2\n5\n1\n2\n20\n\n")
    assert (at_once, basic.state.settings.idle_timeout) == (600, 1200)


def test_the_end_of_the_input_at_a_menu_is_a_normal_end(basic: TestBox) -> None:
    assert walk(basic.folder, "").status == 0
    assert walk(basic.folder, "2").status == 0


def test_blank_lines_and_comments_are_skipped_at_a_menu(basic: TestBox) -> None:
    done = walk(basic.folder, "# to the settings\n\n   \n2\n#\n1\n")
    assert done.status == 0 and "Name: " in done.out


def test_comments_are_answers_at_a_question(basic: TestBox) -> None:
    done = walk(basic.folder, "2.3\n# no comment\n")
    assert done.status == 0
    assert basic.state.settings.banner == "# no comment"


def test_a_blank_answer_keeps_the_present_value(basic: TestBox) -> None:
    before = basic.state.settings
    assert walk(basic.folder, "2.5.1.2\n\n7\n").status == 0
    after = basic.state.settings
    assert (after.idle_timeout, after.sessions_per_user) == (before.idle_timeout, 7)


def test_a_blank_answer_to_a_question_that_needs_one_is_refused(basic: TestBox) -> None:
    basic.configure(banner="Keep out")
    done = walk(basic.folder, "2.3\n\n")
    assert (done.err, done.status) == ("line 2: Error: set_login_banner needs a value for text.\n", 2)
    assert basic.state.settings.banner == "Keep out"


def test_the_banner_is_removed_without_a_question(basic: TestBox) -> None:
    basic.configure(banner="Keep out")
    done = walk(basic.folder, "2.4\n")
    assert done.out.endswith('In Sysmgmt: set_login_banner text=""\n')
    assert basic.state.settings.banner == ""


@pytest.mark.parametrize("choice", ["0", "-1", "99", "7", "1.1", "2.", ".2", "2..1", "01", "2.99", "text", "b", "B",
                                    "²", "1 1", "q q", "1" * 40, "get_users", "!ls", "edit", "eof"])
def test_a_wrong_choice_ends_the_walk(basic: TestBox, choice: str) -> None:
    done = walk(basic.folder, f"\n{choice}\n2.2\nnever\n")
    shown = f"choice {choice}" if re.fullmatch("[0-9.-]{1,32}", choice) else "such choice"
    hint = COMMANDS_BEHIND if choice == "get_users" else "Enter a number of the menu, or ? for help."
    assert done.err == f"line 2: Error: There is no {shown} in this menu.\nline 2: Hint: {hint}\n"
    assert (done.out, done.status) == ("", 2)


def test_a_refused_value_ends_the_walk_at_its_line(basic: TestBox) -> None:
    done = walk(basic.folder, "2.2\n1st\n2.2\nnever\n")
    assert done.err.startswith("line 2: Error: A name begins with a letter")
    assert (done.out, done.status) == ("", 2)
    assert basic.state.settings.name != "never"


def test_the_end_of_the_input_at_a_question_is_a_mistake(basic: TestBox) -> None:
    done = walk(basic.folder, "2.5.1.2\n5\n")
    assert done.err == ("line 2: Error: The input ended in the middle of the questions of set_session_policy.\n"
                        "line 2: Hint: Every question takes one line, also a blank one.\n")
    assert done.status == 2
    assert basic.state.settings.idle_timeout == 1800


@pytest.mark.parametrize("line", [b"\xff\xfe", b"a\x1b[31m", b"x" * 70_000])
def test_a_line_that_cannot_be_used_ends_the_walk(basic: TestBox, line: bytes) -> None:
    at_menu, at_question = walk(basic.folder, line + b"\n1\n"), walk(basic.folder, b"2.2\n" + line + b"\n1\n")
    assert at_menu.err.startswith("line 1: Error: Line 1 ") and at_question.err.startswith("line 2: Error: Line 2 ")
    assert (at_menu.out, at_menu.status) == (at_question.out, at_question.status) == ("", 2)


@pytest.mark.parametrize("answer", ["n", "", "no", "#", "yess", "1"])
def test_a_confirmation_is_refused_by_anything_but_yes(basic: TestBox, answer: str) -> None:
    done = walk(basic.folder, f"2.11.8\n\n{answer}\n")
    assert (done.err, done.status) == ("line 3: Error: Cancelled; nothing was changed.\n", 1)


@pytest.mark.parametrize("answer", ["y", "YES"])
def test_a_confirmation_is_yes_in_any_spelling(basic: TestBox, answer: str) -> None:
    done = walk(basic.folder, f"2.11.8\n\n{answer}\n")
    assert done.status == 0 and "In Sysmgmt: reset_system_settings --yes" in done.out


def test_what_only_systemd_does_is_asked_about_where_there_is_one(basic: TestBox) -> None:
    done = walk(basic.folder, "5.2\n")  # and no answer
    asked = os.path.isdir("/run/systemd/system")
    assert done.status == (2 if asked else 6) and ("no systemd" in done.err) is not asked


def test_a_confirmation_that_never_comes_is_a_mistake(basic: TestBox) -> None:
    assert walk(basic.folder, "2.11.8\n\n").status == 2


def test_a_secret_is_asked_for_once_and_never_shown(basic: TestBox) -> None:
    done = walk(basic.folder, f"2.5.1.3\n{ADMIN_PASSWORD}\nAnother-pass-34\n")
    assert done.out.endswith("In Sysmgmt: set_password current_password=- new_password=-\n")
    assert done.status == 0 and "Another" not in done.out + done.err
    assert b"Another-pass" not in basic.everything()
    assert walk(basic.folder, "1\n", password="Another-pass-34").status == 0


def test_letters_lead_back_and_to_the_main_menu_and_out(basic: TestBox) -> None:
    done = walk(basic.folder, "2.5.1\nb\nB\n1\nback\nm\nM\n3\nmain\n1\nQ\n99\n")
    lines = [one for one in done.out.splitlines() if one.startswith("In Sysmgmt: ")]
    assert lines == ["In Sysmgmt: get_box_settings", "In Sysmgmt: get_installation"]
    assert done.status == 0


def test_help_is_printed_because_it_was_asked_for(basic: TestBox) -> None:
    done = walk(basic.folder, "3\n?\n")
    assert done.status == 0
    assert "** Diagnostics **\n[1] View system status\n[2] Check state\n[3] View events\n[4] View the audit\n" \
        "[5] View the TLS that the box accepts\n[6] View the SSH host keys\n" \
        "[7] Verify the audit\n[8] View the audit policy\n[9] Change the audit policy\n" \
        "[10] Put the audit into an archive now\n[11] Export the audit\n[12] Collect system info\n" \
        "[13] Network tests\n[14] Version, updates and self-test\n[15] View whether the box is hardened\n" \
        "[16] Follow the events\n" \
        "[B] Back\n[M] Main Menu\n[Q] Quit\n" in done.out


def test_installation_shows_what_was_installed_and_changes_nothing(basic: TestBox) -> None:
    before = basic.state
    done = walk(basic.folder, "1\n")
    assert "Installed at: " in done.out and "Installed version: " in done.out
    assert basic.state.settings == before.settings


def test_an_advanced_support_command_is_within_reach_of_the_menu(basic: TestBox) -> None:
    done = walk(basic.folder, "3.2\nm\n6\ncheck_state\n")
    assert done.err.startswith("line 4: Error: There is no command check_state.")  # it was enabled for one action
    assert done.out.endswith("In Sysmgmt: check_state (after enable_advanced_support_commands)\n")


def test_json_prints_one_document_for_each_answer(basic: TestBox) -> None:
    done = walk(basic.folder, "3.1\nm\n?\n2.2\nbox7\n99\n", "--json")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [one["code"] for one in answers] == ["Done", "Done", "Done", "InvalidValue"]
    assert answers[1]["result"]["items"][0] == {"number": 1, "title": "Installation"}
    assert (done.err, done.status) == ("", 2)


def test_six_takes_commands_until_quit_and_comes_back(basic: TestBox) -> None:
    done = walk(basic.folder, "6\nadd_group name=g1\nquit\n2.2\nbox7\n")
    assert done.status == 0
    assert (tuple(basic.state.groups), basic.state.settings.name) == (("g1",), "box7")


def test_a_mistake_behind_six_ends_all(basic: TestBox) -> None:
    done = walk(basic.folder, "6\nnosuch\nquit\n2.2\nnever\n")
    assert done.err.startswith("line 2: Error: There is no command nosuch.\n")
    assert done.status == 2 and basic.state.settings.name != "never"


def test_what_was_done_and_what_was_refused_is_recorded(basic: TestBox) -> None:
    walk(basic.folder, "3.1\n99\n")
    recorded = [(one.get("command"), one.get("code")) for one in basic.audit()]
    assert ("get_system_status", "Done") in recorded and "InvalidValue" in [code for _, code in recorded]


@pytest.mark.parametrize("option", ["--atomic", "--keep-going"])
def test_options_of_command_batches_are_refused(basic: TestBox, option: str) -> None:
    done = walk(basic.folder, "1\n", option)
    assert (done.out, done.status) == ("", 2)
    assert "a menu stops at the first mistake" in done.err
