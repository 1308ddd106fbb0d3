"""The command shell at a terminal and on a pipe."""

import subprocess
import sys

from .harness import ENVIRONMENT, HERE, Terminal


def shell() -> Terminal:
    terminal = Terminal("small_shell.py")
    terminal.until("box1>")
    return terminal


def test_completion_reaches_the_door() -> None:
    terminal = shell()
    terminal.send("add_u\tbo\t ro\tmonit\t --d\t\r")
    terminal.until("took 'add_user bob role=monitor --dry-run '")


def test_a_question_mark_asks_for_help() -> None:
    terminal = shell()
    terminal.enter("?")
    terminal.until("took 'help'")
    terminal.enter("add_user ?")
    terminal.until("took 'help add_user'")
    terminal.enter("add_user name=a ?")
    terminal.until("took 'add_user name=a ?'")


def test_arrow_up_brings_back_a_line_without_its_secret() -> None:
    terminal = shell()
    terminal.enter("add_user bob password=hunter2 role=admin")
    terminal.until("took")
    terminal.enter("hunter2")
    terminal.until("took 'hunter2'")
    terminal.send("\x1b[A\r")
    terminal.until("took 'add_user bob role=admin'")
    terminal.send("\x12hunter")
    assert "hunter2" not in terminal.quiet(0.3).splitlines()[-1]


def test_a_failure_is_answered_with_its_id() -> None:
    terminal = shell()
    terminal.enter("fail")
    shown = terminal.until("refused Something unexpected happened; the audit explains it under the id E1.")
    assert "secret" not in shown


def test_the_status_is_that_of_the_conversation() -> None:
    done = subprocess.run([sys.executable, str(HERE / "small_shell.py")], input=b"three\n?\nfail\nquit\nnever\n",
                          env=ENVIRONMENT, capture_output=True, timeout=20)
    assert done.stdout.decode().splitlines() == [
        "took 'three'", "took '?'", "took 'fail'",
        "refused Something unexpected happened; the audit explains it under the id E1.", "took 'quit'"]
    assert (done.stderr, done.returncode) == (b"", 70)
