"""The real boxmgmt, run as a user runs it: on a pipe, and on a terminal of 80x24."""

from collections.abc import Mapping
from pathlib import Path

from tests.screen.harness import Terminal
from tests.support.box import ADMIN_PASSWORD
from tests.support.program import Result, result, sysmgmt

START = Path(__file__).resolve().with_name("start.py")


def walk(folder: Path, text: str | bytes, *options: str, user: str = "admin", password: str = ADMIN_PASSWORD,
         environment: Mapping[str, str] = {}) -> Result:
    """Walk through the menu by the lines of a pipe."""
    return result(sysmgmt(folder, text, *options, user=user, password=password, environment=environment,
                          module="boxmgmt"))


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


def step(one: Terminal, line: str, shown: str) -> str:
    """Type a line and wait for what it leads to."""
    one.enter(line)
    return one.until(shown)
