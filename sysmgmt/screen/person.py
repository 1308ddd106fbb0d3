"""What only a person at a terminal has. Not imported for scripts: prompt_toolkit is expensive."""

import sys
from collections.abc import Callable
from typing import NamedTuple

from prompt_toolkit.utils import is_dumb_terminal

from sysmgmt.screen.ask import Asker
from sysmgmt.screen.ended import Standing
from sysmgmt.screen.following import Follower
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.pager import Pager
from sysmgmt.screen.questions import TerminalAsker
from sysmgmt.screen.taker import Follow


class Person(NamedTuple):
    """A keyboard, somebody to ask, a pager to show long texts with, and what follows a log."""

    keyboard: Keyboard
    asker: Asker
    page: Callable[[str], None]
    follow: Follow


def at_terminal(limit: Callable[[], float], standing: Standing, ready: Keyboard | None = None) -> Person:
    """The person at the terminal of this process, under the idle guard; `ready` is a keyboard that was made ahead.

    Where standard output goes elsewhere, questions are shown on the terminal itself.
    """
    if ready is None or is_dumb_terminal():
        screen = sys.stdout if sys.stdout.isatty() else open("/dev/tty", "w", encoding="utf-8")
        keyboard = Keyboard(sys.stdin, screen, limit, standing)
    else:
        keyboard = ready
        keyboard.watch(limit, standing)
    return Person(keyboard, TerminalAsker(keyboard), Pager(keyboard).page, Follower(keyboard).follow)
