"""A line from somebody who is not trusted: not longer, and not slower, than is allowed."""

import socket
import time


def read(connection: socket.socket, longest: int, patience: float) -> bytes:
    """The line that comes within `patience` seconds. Raises ValueError for one too long, OSError where none comes."""
    deadline, line = time.monotonic() + patience, b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        chunk = connection.recv(longest + 1 - len(line))
        if not chunk:
            raise ConnectionResetError
        line += chunk
        if len(line) > longest:
            raise ValueError("what it said is too long")
    return line
