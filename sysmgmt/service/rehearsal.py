"""What is made for a first shell is made once, for all sessions of the fork server: an empty line is read."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from sysmgmt import box, extensions
from sysmgmt.screen import keystrokes
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.stripped import Stripped

READY_WITHIN = 60.0
"""Seconds that the rehearsal may take."""
TERM = "xterm"
"""What is true of the terminal here and of any that is not dumb."""


def keyboard() -> Keyboard:
    """The keyboard of every session: standard input and output, whatever terminal these are by then."""
    extensions.broken(box.catalog())
    os.environ["TERM"] = TERM
    with _own_terminal() as typed:
        sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), _output(1), _output(2)
        made = Keyboard(sys.stdin, sys.stdout, lambda: READY_WITHIN)
        Stripped(sys.stdin, sys.stdout)
        line = keystrokes.session(made)
        with made.raw_mode():
            os.write(typed, b"\r")
            made.read(line, "")
        made.spare = line
    return made


def _output(number: int) -> TextIO:
    return open(number, "w", closefd=False)


@contextmanager
def _own_terminal() -> Iterator[int]:
    """Be at a terminal of our own for a while; what is written to this descriptor is typed there."""
    typed, terminal = os.openpty()
    before = [os.dup(number) for number in range(3)]
    for number in range(3):
        os.dup2(terminal, number)
    try:
        yield typed
    finally:
        for number, one in enumerate(before):
            os.dup2(one, number)
            os.close(one)
        os.close(typed)
        os.close(terminal)
