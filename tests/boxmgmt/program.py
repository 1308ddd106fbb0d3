"""The real boxmgmt, run as a user runs it: on a pipe, and on a terminal of 80x24."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.screen.harness import Terminal
from tests.support.box import ADMIN_PASSWORD
from tests.support.program import ENVIRONMENT, TIMEOUT, password_file

START = Path(__file__).resolve().with_name("start.py")


class Result(NamedTuple):
    """What a walk printed, and its exit status."""

    out: str
    err: str
    status: int


def walk(folder: Path, text: str | bytes, *options: str, user: str = "admin", password: str = ADMIN_PASSWORD,
         environment: Mapping[str, str] = {}) -> Result:
    """Walk through the menu by the lines of a pipe."""
    who = ["--user", user, "--password-file", str(password_file(folder, password))] if user else []
    given = text.encode() if isinstance(text, str) else text
    done = subprocess.run([sys.executable, "-m", "boxmgmt", "--state", str(folder), *who, *options], input=given,
                          capture_output=True, env=ENVIRONMENT | dict(environment), cwd=folder.parent,
                          timeout=TIMEOUT, check=False)
    return Result(done.stdout.decode(), done.stderr.decode(), done.returncode)


def terminal(folder: Path, *options: str, environment: Mapping[str, str] = {}) -> Terminal:
    """boxmgmt on a terminal of its own, before anybody has logged in."""
    return Terminal(str(START), "--state", str(folder), *options, environment=environment)


def logged_in(folder: Path, user: str = "admin", password: str = ADMIN_PASSWORD,
              environment: Mapping[str, str] = {}) -> Terminal:
    """boxmgmt on a terminal of its own, somebody being logged in."""
    one = terminal(folder, "--user", user, environment=environment)
    one.until("Password\n")
    one.enter(password)
    one.until("[Q] Quit\nbox1:")
    return one
