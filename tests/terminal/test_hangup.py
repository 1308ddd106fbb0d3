"""A terminal that goes away while something is asked ends the shell, and is no failure of it."""

import os
import subprocess
import sys

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import ENVIRONMENT, password_file
from tests.support.waiting import read_until


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize("line", [b"set_password\r", b"add_user name=eve role=monitor\r", b"get_us"])
def test_a_terminal_that_goes_away_at_a_question_is_no_failure_of_the_shell(
        basic: TestBox, term: str, line: bytes) -> None:
    ours, theirs = os.openpty()
    secret = str(password_file(basic.folder, ADMIN_PASSWORD))
    shell = subprocess.Popen([sys.executable, "-m", "sysmgmt", *basic.options, "--user", "admin", "--password-file",
                              secret], stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT | {"TERM": term})
    os.close(theirs)
    read_until(ours, b"box1>")
    os.write(ours, line)
    read_until(ours, b" > " if line.endswith(b"\r") else b"us")
    os.close(ours)  # nobody signals the shell: it is not its controlling terminal, as in a session that is hosted
    assert shell.wait(20) in (0, 6)
    assert [one for one in basic.audit() if one.get("phase") == "error"] == []
    assert [one for one in basic.state.sessions.values() if not one.ended] == []
