"""Listening sockets: who connects is handed on, and nothing that goes wrong with one ends the others."""

import os
import select
import socket
import time
from collections.abc import Callable
from typing import Any

PAUSE = 0.05
"""Seconds to wait where no connection can be taken, since the descriptors or threads have run out."""
LOOK = 1.0
"""Seconds after which it is seen at the latest that it is over."""
BACKLOG = 128

Welcome = Callable[[socket.socket, Any], None]
"""Takes a connection, which is its own from then on, and the address it came from. Raises OSError, RuntimeError."""


def listening(path: str) -> socket.socket:
    """A socket at `path` that anybody may connect to; who may do what, the engine decides.

    It takes the place of an older one at once, so that a restart never leaves a gap without any.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    fresh = f"{path}.{os.getpid()}"
    listener.bind(fresh)
    os.chmod(fresh, 0o666)
    listener.listen(BACKLOG)
    os.rename(fresh, path)
    return listener


def accept(listener: socket.socket, welcome: Welcome, is_over: Callable[[], bool] = lambda: False) -> None:
    """Hand whoever connects to `welcome` until it `is_over`.

    It waits in turns: a signal to stop may come just before it waits. With a timeout of its own, accept would
    spin through the rest of it once the listener is shut down.
    """
    listener.setblocking(False)
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    while not is_over():
        try:
            if waiting.poll(1000 * LOOK) and not is_over():
                welcome(*listener.accept())
        except (OSError, RuntimeError):  # the latter from a thread that cannot be started
            time.sleep(0 if is_over() else PAUSE)
