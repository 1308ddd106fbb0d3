"""Threads of boxmgmtd."""

import signal
import threading
from collections.abc import Callable
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGINT)
"""What ends the service: it must reach the main thread, which waits in accept."""


def begin(run: Callable[..., None], *given: Any) -> None:
    """Have a thread run something. It inherits the mask, so that no signal is delivered to it.

    Raises RuntimeError if there can be no further thread.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        threading.Thread(target=run, args=given, daemon=True).start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
