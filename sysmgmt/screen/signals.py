"""Signals that would leave the shell, stop it behind somebody's back, or tear a prompt apart."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

IGNORED = (signal.SIGTSTP, signal.SIGQUIT, signal.SIGTTIN, signal.SIGTTOU)
ENDING = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


@contextmanager
def guarded() -> Iterator[None]:
    """Ignore Ctrl-Z, Ctrl-\\ and the stops of the background; put every handler back at the end.

    Python says nothing either of an interrupt that falls into a destructor: it would be a traceback.
    """
    before = {number: signal.getsignal(number) for number in (*IGNORED, *ENDING)}
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        _restore(before)


@contextmanager
def deferred(end: Callable[[BaseException], object]) -> Iterator[list[BaseException]]:
    """Give an interrupt or a request to end to `end`, and raise it afterwards if nobody did.

    For the time of a prompt, where it would otherwise be raised in the middle of drawing, or of
    starting an event loop. What came so far is in the list.
    """
    come: list[BaseException] = []

    def receive(number: int, frame: FrameType | None) -> None:
        come.append(KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number))
        end(come[-1])

    before = {number: signal.signal(number, receive) for number in ENDING}
    try:
        yield come
    finally:
        _restore(before)
        if come:
            raise come[-1]


def _restore(before: Mapping[signal.Signals, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler if handler is not None else signal.SIG_DFL)
