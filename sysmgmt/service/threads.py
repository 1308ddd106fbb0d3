"""Threads of boxmgmtd."""

import signal
import threading
from collections.abc import Callable
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGINT)
"""What ends the service: it must reach the main thread, which waits in accept."""


def begin(run: Callable[..., None], *given: Any) -> None:
    """Have a thread run something. It inherits the mask, so that no signal is delivered to it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    threading.Thread(target=run, args=given, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
