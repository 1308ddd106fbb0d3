"""Odd starts and ends of the programs: closed, full and unreadable streams, values that follow lines."""

import subprocess
from pathlib import Path

import pytest

from tests.support.box import TestBox
from tests.support.program import ENVIRONMENT, command, sysmgmt


def shell(box: TestBox, redirections: str, text: str, *options: str) -> "subprocess.CompletedProcess[bytes]":
    """Run sysmgmt with streams as a shell connects them."""
    line = f'exec "$@" {redirections}'
    return subprocess.run(["/bin/sh", "-c", line, "sh", *command(box.folder, options)], input=text.encode(),
                          capture_output=True, env=ENVIRONMENT, cwd=box.folder.parent, timeout=60)


@pytest.mark.parametrize(("redirections", "text", "status"), [
    ("<&-", "", 0), (">&-", "add_group name=g1", 0), (">/dev/full", "get_groups", 6), ("2>&-", "nosuch", 2),
    ("2>/dev/full", "nosuch", 2), ("2>&- <&- >&-", "", 0)])
def test_odd_streams_give_the_documented_status_and_no_traceback(
        basic: TestBox, redirections: str, text: str, status: int) -> None:
    done = shell(basic, redirections, text)
    assert (done.returncode, b"Traceback" in done.stderr) == (status, False), done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_is_told_without_a_box_needs_no_traceback_either(basic: TestBox, option: str, unbuffered: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" >/dev/full', "sh", *command(basic.folder, [option])],
                          capture_output=True, env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered}, timeout=60)
    assert (done.returncode, done.stderr) == (6, b"")


def test_json_that_cannot_be_written_is_told_on_standard_error(basic: TestBox) -> None:
    done = shell(basic, ">/dev/full", "add_group name=g1", "--json")
    assert done.returncode == 6 and b"could not be written" in done.stderr
    assert "g1" in basic.state.groups, "what was done stays done"


DONE = b"Error: The command was carried out, but its answer could not be written (No space left on device).\n"
LOST = b"Error: The answer could not be written (No space left on device).\n"


@pytest.mark.parametrize(("text", "options", "said"), [
    ("add_group name=g1", (), DONE), ("add_group name=g1", ("--json",), DONE), ("get_groups", (), LOST),
    ("add_group name=g1 --dry-run", (), LOST), ("get_groups\nadd_group name=g1", ("--atomic",), DONE),
    ("add_group name=g/1", ("--json",), LOST)])
def test_an_answer_that_cannot_be_written_says_whether_something_was_done(
        basic: TestBox, text: str, options: tuple[str, ...], said: bytes) -> None:
    done = shell(basic, ">/dev/full", text, *options)
    assert (done.returncode, done.stderr.endswith(said)) == (6, True), done.stderr
    assert ("g1" in basic.state.groups) == (said == DONE)


@pytest.mark.parametrize("line", [
    'add_user name="bob role=monitor password=-', "add_user name=b name=b password=-", "add_user --nosuch x=-",
    "add_user stray role=monitor password=-", "ad_user name=bob password=-", "add_user password=- --help",
    "add_user nosuch=-", "check_state x=-", "set_password current_password=- --json x x x"])
def test_a_line_that_follows_as_a_value_is_never_a_command(basic: TestBox, line: str) -> None:
    evil = "add_user must_change=no name=evil role=administrator password=Evil-12345"
    done = sysmgmt(basic.folder, f"{line}\n{evil}\nadd_group name=after\n", "--keep-going")
    assert "evil" not in basic.state.accounts
    assert "after" in basic.state.groups, done.stderr
    assert b"Evil" not in done.stdout + done.stderr + basic.everything()


def test_the_control_shows_that_the_same_line_is_a_command_elsewhere(basic: TestBox) -> None:
    sysmgmt(basic.folder, "add_user must_change=no name=evil role=administrator password=Evil-12345\n")
    assert "evil" in basic.state.accounts


@pytest.mark.parametrize("source", ["/dev/zero", "yes"])
def test_an_atomic_batch_ends_whatever_it_is_fed(basic: TestBox, source: str, tmp_path: Path) -> None:
    feed = "</dev/zero exec \"$@\"" if source == "/dev/zero" else "yes '' | \"$@\""
    done = subprocess.run(["/bin/sh", "-c", feed, "sh", *command(basic.folder, ["--atomic"])], capture_output=True,
                          env=ENVIRONMENT, cwd=tmp_path, timeout=60)
    assert done.returncode == 2


def test_a_folder_that_others_may_write_to_is_refused(basic: TestBox) -> None:
    assert sysmgmt(basic.folder, "get_groups\n").returncode == 0
    basic.folder.chmod(0o777)
    done = sysmgmt(basic.folder, "get_groups\n")
    assert done.returncode == 6 and b"may write to it" in done.stderr


def test_a_file_in_the_place_of_a_folder_and_a_folder_in_the_place_of_a_file_are_named(basic: TestBox) -> None:
    file = basic.folder.parent / "file"
    file.write_text("")
    done = sysmgmt(file, "get_users", user="")
    assert (done.returncode, done.stderr.decode().strip()) == (
        2, f"Error: {file} is no folder: --state names the folder of a state.")
    done = sysmgmt(basic.folder, "get_users", "--user", "admin", "--password-file", str(basic.folder), user="")
    assert done.returncode == 2
    assert f"The password file {basic.folder} cannot be read: Is a directory" in done.stderr.decode()


def test_help_needs_the_login_that_it_says_it_needs(basic: TestBox) -> None:
    page = sysmgmt(basic.folder, "help help").stdout.decode()
    assert page.splitlines()[-1] == "Needs to be logged in, except on a box that is not installed."
    done = sysmgmt(basic.folder, "", "-c", "help", user="")
    assert done.returncode == 4 and b"A login is needed here." in done.stderr


def test_a_folder_in_which_nothing_is_installed_is_named(fresh: TestBox) -> None:
    assert b"install" in sysmgmt(fresh.folder, "", "-c", "help", user="").stdout
    for text, options in (("", ["-c", "get_users"]), ("get_users\n", []), ("get_users\n", ["--atomic"])):
        done = sysmgmt(fresh.folder, text, *options, user="")
        assert done.returncode == 1
        assert f"This box has not been installed: nothing is installed in {fresh.folder}.".encode() in done.stderr
