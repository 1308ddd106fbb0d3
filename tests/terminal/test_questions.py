"""sysmgmt asks for what a line lacks, unless what it has is wrong already."""

import pytest

from tests.support.box import TestBox
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
