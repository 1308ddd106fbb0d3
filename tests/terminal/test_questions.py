"""sysmgmt asks for what a line lacks, unless what it has is wrong already."""

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.terminal.shell import logged_in


@pytest.mark.parametrize(("line", "wrong"), [
    ("add_user name=carol role=nobody", "nobody"), ("add_user name=admin role=monitor", "admin"),
    ("add_user nmae=carol role=monitor", "add_user has no parameter nmae"),
])
def test_nothing_is_asked_beside_a_value_that_is_wrong(basic: TestBox, line: str, wrong: str) -> None:
    child = logged_in(basic)
    child.sendline(line)
    child.expect(f"Error: [^\r]*{wrong}[^\r]*\r\n(Hint: [^\r]*\r\n)?box1> ")
    records = [one for one in basic.audit() if one["command"] == "add_user"]
    assert len(records) == 1 and records[0]["code"] != "Done" and "carol" not in basic.state.accounts
    child.sendline("quit")
    child.wait()


@pytest.mark.parametrize(("line", "subject"), [
    ("set_network", "the network"), ("set_host_name", "the network"), ("enable_root_access", "SSH and the console")])
def test_nothing_is_asked_for_what_this_box_cannot_do(basic: TestBox, line: str, subject: str) -> None:
    child = logged_in(basic)
    child.sendline(line)
    child.expect(f"{line}\r\nError: The box does not govern {subject}[^\r]*\r\nHint: [^\r]*\r\nbox1> ")
    records = [one for one in basic.audit() if one["command"] == line]
    assert [one["code"] for one in records] == ["ServiceRefused"]
    child.sendline("quit")
    child.wait()


@pytest.mark.parametrize(("line", "said"), [
    ("who_can", "Cancelled."), ("add_group", "Cancelled; nothing was changed.")])
def test_breaking_off_says_that_nothing_was_changed_where_something_would_be(
        basic: TestBox, line: str, said: str) -> None:
    child = logged_in(basic)
    child.sendline(line)
    child.expect_exact(" > ")
    child.send("\x03")
    child.expect_exact(f"Error: {said}\r")
    child.sendline("quit")
    child.wait()


def test_a_question_mark_is_answered_with_what_can_be_answered(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("set_security_level")
    child.expect_exact("4. nist\r\n > ")
    child.sendline("?")
    child.expect_exact("level=basic|high|stig|nist: Security level (high is recommended).\r\n")
    for level, told in (("basic", "5 char"), ("high", "8 char"), ("stig", "DISA"), ("nist", "NIST SP 800-63B")):
        child.expect(f"  {level}: [^\r]{{0,70}}{told}[^\r]{{0,70}}\r\n")
    child.expect_exact("4. nist\r\n > ")
    child.send("\x03")
    admin = basic.admin()
    for number in range(25):
        assert admin.do(f"add_group name=of-{number:02}").code == "Done"
    child.sendline("remove_group")
    child.expect_exact("Consistency group\r\n > ")
    child.sendline("?")
    child.expect_exact("Tab completes one of 25: of-00, of-01, ")
    child.expect_exact("of-19, ...\r\nConsistency group\r\n > ")
    child.send("\x03")
    child.sendline("add_group")
    child.expect_exact("Name of the consistency group\r\n > ")
    child.sendline("?")
    child.expect_exact("name=NAME: Name of the consistency group.\r\nName of the consistency group\r\n > ")
    child.sendline("g1")
    child.expect_exact("add_group completed successfully.")
    assert "?" not in str(basic.audit()), "it was no answer"
    child.sendline("set_login_banner")
    child.expect_exact(" > ")
    child.sendline("?")
    child.expect_exact("set_login_banner completed successfully.")
    assert basic.state.settings.banner == "?", "which may be any text"
    child.sendline("quit")
    child.wait()


def test_what_a_new_password_needs_is_told_before_it_is_asked_for(basic: TestBox) -> None:
    child = logged_in(basic)
    for line in ("add_user name=bob role=monitor", "set_user admin password=-"):
        child.sendline(line)
        child.expect_exact("The password needs at least 5 characters.\r\nNew password\r\n > ")
        child.send("\x03")
        child.expect_exact("box1> ")
    basic.configure(level="stig")
    child.sendline("set_user admin password=-")
    child.expect_exact("The password needs at least 15 characters, at least 1 lower case letter, ")
    child.expect_exact("\r\nNew password\r\n > ")
    child.send("\x03")
    child.expect_exact("Cancelled")
    assert not [one for one in basic.audit() if one.get("code") == "PasswordTooWeak"], "nobody has tried one"
    child.sendline("quit")
    child.wait()


def test_that_the_current_password_is_wrong_is_told_before_a_new_one_is_asked_for(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("set_password")
    child.expect_exact("Current password\r\n > ")
    child.sendline("wrong-1")
    child.expect("^\r\nError: The current password is wrong.\r\nbox1> ")
    assert [one.console_strikes for one in basic.state.accounts.values()] == [1], "which has counted once"
    child.sendline("set_password")
    child.expect_exact("Current password\r\n > ")
    child.sendline(ADMIN_PASSWORD)
    for _ in range(2):
        child.expect("New password.*\r\n > ")
        child.sendline("Violet-95-Boat")
    child.expect_exact("set_password completed successfully.")
    assert [one.console_strikes for one in basic.state.accounts.values()] == [0]
    child.sendline("quit")
    child.wait()


def test_that_it_is_too_early_for_another_password_is_told_before_one_is_asked_for(basic: TestBox) -> None:
    assert basic.admin().do("set_password_policy min_age_hours=24").code == "Done"
    child = logged_in(basic)
    for new in ("Violet-95-Boat", ""):
        child.sendline("set_password")
        child.expect_exact("Current password\r\n > ")
        child.sendline("Violet-95-Boat" if not new else ADMIN_PASSWORD)
        for _ in range(2 if new else 0):
            child.expect("New password.*\r\n > ")
            child.sendline(new)
    child.expect_exact("Error: The password was changed less than 24 hours ago.\r\nHint: Another user ")
    child.expect_exact("box1> ")
    child.sendline("quit")
    child.wait()


@pytest.mark.parametrize("word", ["exit", "logout"])
def test_the_words_of_other_shells_end_the_session(basic: TestBox, word: str) -> None:
    child = logged_in(basic)
    child.sendline(word)
    child.expect_exact("Logged out.")
    assert child.wait() == 0


def test_what_a_line_lacks_is_asked(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("add_user name=carol role=monitor")
    for _ in range(2):
        child.expect("assword.*\r\n > ")
        child.sendline("Violet-95-Boat")
    child.expect_exact("add_user completed successfully.")
    assert "carol" in basic.state.accounts
    child.sendline("quit")
    child.wait()


def test_the_name_of_another_box_is_asked_again_and_no_password_for_it(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("erase_box")
    child.expect_exact("Name of this box, to be sure\r\n > ")
    child.sendline("box2")
    child.expect("Error: This box is not called box2; nothing was erased.\r\nAnswer again[^\r]*\r\nName[^\r]*\r\n > ")
    child.sendline("box1")
    child.expect_exact("Current password\r\n > ")
    child.send("\x03")
    child.expect_exact("Error: Cancelled; nothing was changed.")
    child.sendline("quit")
    child.wait()


def test_what_only_the_first_time_needs_is_asked_then(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("config_syslog protocol=bad")
    child.expect("Error: [^\r]*tls, tcp[^\r]*\r\nHint: [^\r]*\r\nbox1> ")
    child.sendline("config_syslog what=events")
    child.expect_exact("config_syslog what=events\r\nName or address of the server\r\n > ")
    child.sendline("a b")
    child.expect("Error: [^\r]*\r\nAnswer again, or press Ctrl-C to cancel.\r\nName[^\r]*\r\n > ")
    child.sendline("127.0.0.1")
    child.expect_exact("config_syslog completed successfully.")
    child.sendline("config_syslog what=both")
    child.expect_exact("config_syslog completed successfully.")
    child.sendline("schedule_backup name=nightly --dry-run")
    child.expect("(?s)schedule_backup name=nightly --dry-run\r\n[^\r]*\r\n.*1[.] .* > ")
    child.sendline("daily")
    for _ in range(2):
        child.expect("assword.*\r\n > ")
        child.sendline("Violet-95-Boat")
    child.expect_exact("schedule_backup would complete successfully; nothing was changed.")
    child.sendline("config_email server=127.0.0.1")
    child.expect_exact("\r\n > ")
    child.send("\x03")
    child.expect_exact("Error: Cancelled; nothing was changed.")
    assert [one.what for one in basic.state.syslog.values()] == ["both"] and not len(basic.state.mail)
    child.sendline("quit")
    child.wait()
