"""Signals that would leave the shell, or leave it stopped behind somebody's back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

IGNORED = (signal.SIGTSTP, signal.SIGQUIT, signal.SIGTTIN, signal.SIGTTOU)
_RESTORED = (*IGNORED, signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


@contextmanager
def guarded() -> Iterator[None]:
    """Ignore Ctrl-Z, Ctrl-\\ and the stops of the background; put every handler back at the end."""
    before = {number: signal.getsignal(number) for number in _RESTORED}
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
