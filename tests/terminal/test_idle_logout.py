"""Idle logout with the real clock, once: everything that can wait for a key waits at the same time."""

import json
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.screen.harness import ENVIRONMENT
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import ROOT

LIMIT, LATEST = 60.0, 65.0
"""Seconds: the shortest idle timeout, and when everything must have ended."""


class Waiting:
    """A program on a terminal of its own that somebody walked away from."""

    def __init__(self, module: str, folder: Path, password: Path) -> None:
        command = ["-m", module, "--state", str(folder), "--user", "admin", "--password-file", str(password)]
        self.child: Any = pexpect.spawn(sys.executable, command, env=ENVIRONMENT, dimensions=(24, 80),
                                        encoding="utf-8", timeout=20, cwd=ROOT, use_poll=True)
        self.child.delaybeforesend = None
        self.before = termios.tcgetattr(self.child.child_fd)
        self.last_key = time.monotonic()
        self.ended = 0.0
        self.after: list[Any] = []

    def press(self, keys: str, expected: str) -> "Waiting":
        """Press keys and wait until the answer is there."""
        self.child.send(keys)
        self.last_key = time.monotonic()
        self.child.expect_exact(expected)
        return self

    def look(self) -> bool:
        """Read what was shown; whether it still runs."""
        if self.ended:
            return False
        try:
            self.child.read_nonblocking(65536, timeout=0)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            self.ended = time.monotonic()
            self.after = termios.tcgetattr(self.child.child_fd)
            self.child.close()
            return False
        return True


def at_prompt(start: Callable[[str], Waiting]) -> Waiting:
    return start("sysmgmt").press("", "box1>")


def half_typed_line(start: Callable[[str], Waiting]) -> Waiting:
    return at_prompt(start).press("add_user na", "add_user na")


def menu(start: Callable[[str], Waiting]) -> Waiting:
    return start("boxmgmt").press("", "box1:")


def question(start: Callable[[str], Waiting]) -> Waiting:
    return at_prompt(start).press("add_user\r", "Name of the new user")


def hidden_question(start: Callable[[str], Waiting]) -> Waiting:
    return at_prompt(start).press("set_password\r", "Current password")


def pager(start: Callable[[str], Waiting]) -> Waiting:
    return at_prompt(start).press("help\r", "q: quit")


def follower(start: Callable[[str], Waiting]) -> Waiting:
    return at_prompt(start).press("get_events_log follow=yes\r", "Press q or Ctrl-C to end.")


PLACES = (at_prompt, half_typed_line, menu, question, hidden_question, pager, follower)


@pytest.fixture
def start(basic: TestBox, tmp_path: Path) -> Callable[[str], Waiting]:
    basic.configure(idle_timeout=int(LIMIT))
    password = tmp_path / "password"
    password.write_text(ADMIN_PASSWORD + "\n")
    password.chmod(0o600)
    return lambda module: Waiting(module, basic.folder, password)


@pytest.mark.requirement(47)
@pytest.mark.requirement(48)
def test_everything_that_waits_ends_after_the_limit_and_leaves_a_clean_terminal(
        basic: TestBox, tmp_path: Path, start: Callable[[str], Waiting]) -> None:
    waiting = {place.__name__: place(start) for place in PLACES}
    busy = at_prompt(start)
    pipe, opened = _silent_pipe(basic.folder, tmp_path)
    deadline = time.monotonic() + LATEST + 5
    pressed, pipe_ended = time.monotonic(), 0.0
    while time.monotonic() < deadline and (not pipe_ended or any([one.look() for one in waiting.values()])):
        if time.monotonic() - pressed >= 20:
            busy.press("x", "x")
            pressed = time.monotonic()
        if not pipe_ended and pipe.poll() is not None:
            pipe_ended = time.monotonic()
        busy.look()
        time.sleep(0.05)  # how precisely the end is seen

    took = {name: one.ended - one.last_key for name, one in waiting.items()} | {"pipe": pipe_ended - opened}
    assert {name: seconds for name, seconds in took.items() if not LIMIT - 1 <= seconds <= LATEST} == {}
    assert {name: one.child.exitstatus for name, one in waiting.items()} == dict.fromkeys(waiting, 5)
    assert pipe.returncode == 5
    assert [name for name, one in waiting.items() if one.after != one.before] == []
    assert busy.look(), "the control that presses a key every 20 s must still be there"
    busy.child.close(force=True)
    assert len(_idle_ends(basic)) == len(waiting) + 1


def _silent_pipe(folder: Path, tmp_path: Path) -> tuple["subprocess.Popen[bytes]", float]:
    command = [sys.executable, "-m", "sysmgmt", "--state", str(folder), "--user", "admin", "--password-file",
               str(tmp_path / "password")]
    pipe = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=ENVIRONMENT, cwd=ROOT)
    assert pipe.stdin and pipe.stdout
    pipe.stdin.write(b"get_current_user --json\n")
    pipe.stdin.flush()
    assert json.loads(pipe.stdout.readline())["code"] == "Done"
    return pipe, time.monotonic()


def _idle_ends(box: TestBox) -> list[dict[str, Any]]:
    return [one for one in box.audit() if one.get("command") == "close_session" and one.get("phase") == "outcome"
            and one["parameters"].get("reason") == "IdleLogout" and one["code"] == "Done"]
