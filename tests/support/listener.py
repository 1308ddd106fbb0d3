"""A server on the loopback that serves one connection after another."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATIENCE = 20.0
"""Seconds that it waits for what a client says."""


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Have `serve` talk to everybody who connects, until he is gone or it returns; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, serve), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def _accept(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        plain.settimeout(PATIENCE)
        with suppress(OSError), plain:
            serve(plain)
