"""A program on a real pseudo-terminal, and the screen that a person would see."""

import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect
import pyte

from tests.support import program

HERE = Path(__file__).parent
ENVIRONMENT = program.ENVIRONMENT | {"TERM": "xterm"}


class Terminal:
    """Runs a program of this folder on 24 rows of 80 columns."""

    def __init__(self, file: str, *arguments: str, environment: Mapping[str, str] = {},
                 shell: str = "") -> None:
        self.raw = ""
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        command = [sys.executable, str(HERE / file), *arguments]
        if shell:
            command = ["/bin/sh", "-c", shell, "sh", *command]
        self.child: Any = pexpect.spawn(command[0], command[1:], env=ENVIRONMENT | dict(environment),
                                        dimensions=(24, 80), encoding="utf-8", timeout=10)
        self.child.delaybeforesend = None
        self._settings = termios.tcgetattr(self.child.child_fd)
        self._left: list[Any] = []

    def send(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def enter(self, line: str) -> None:
        """Type a line."""
        self.send(line + "\r")

    def until(self, text: str, seconds: float = 10) -> str:
        """Wait until the screen shows `text`; all that it shows then."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            if time.monotonic() > deadline or not self._read(deadline):
                raise AssertionError(f"{text!r} is not shown:\n{self.shown}\n{self.raw!r}")
        return self.shown

    def quiet(self, seconds: float) -> str:
        """What the screen shows when that much time has passed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(deadline):
            pass
        return self.shown

    @property
    def shown(self) -> str:
        """The rows of the screen."""
        return "\n".join(row.rstrip() for row in self.screen.display).rstrip()

    def end(self, seconds: float = 10) -> int:
        """Wait for the program's end; its exit status, minus the signal if one killed it."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            if time.monotonic() > deadline:
                raise AssertionError(f"it goes on:\n{self.shown}")
        self._left = termios.tcgetattr(self.child.child_fd)
        self.child.close()
        return -self.child.signalstatus if self.child.signalstatus else self.child.exitstatus

    def is_clean(self) -> bool:
        """Whether, after `end`, the terminal is left as it was: settings, paste mode, cursor, alternate screen."""
        modes = [("\x1b[?2004h", "\x1b[?2004l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?1049h", "\x1b[?1049l")]
        return all(self.raw.rfind(on) <= self.raw.rfind(off) for on, off in modes) \
            and self._settings == self._left

    def _read(self, deadline: float) -> bool:
        try:
            text = self.child.read_nonblocking(4096, timeout=max(0.01, deadline - time.monotonic()))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += text
        self._stream.feed(text)
        return True
