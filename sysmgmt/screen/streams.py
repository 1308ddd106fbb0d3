"""The three standard streams, whatever somebody started the program with."""

import os
import sys
from io import TextIOWrapper

UNWRITABLE = 6
"""The status of a program whose answers could not be written, as that of any other full disk."""


class Unwritable(SystemExit):
    """Standard output takes nothing more: the program ends. What `is_done` stays done."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(UNWRITABLE)
        self._problem = os.strerror(problem.errno or 0)
        self.is_done = False

    @property
    def sentence(self) -> str:
        """What a person is told."""
        begin = "The command was carried out, but its answer" if self.is_done else "The answer"
        return f"{begin} could not be written ({self._problem})."


def prepare() -> None:
    """Make all three usable: one that is closed is empty or swallows, and none stumbles over a character."""
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)  # the lowest free descriptor is this one
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> int:
    """Write what is told without a box; the exit status."""
    try:
        print(text)
    except OSError:  # at once where Python does not buffer, else when it ends
        return UNWRITABLE
    return 0


def finish(status: int) -> int:
    """Write out what is left; the exit status with regard to that."""
    try:
        sys.stdout.flush()
    except OSError:
        status = status or UNWRITABLE
    try:
        sys.stderr.flush()
    except OSError:
        pass  # nobody listens to messages: the status says what there is to say
    return status
