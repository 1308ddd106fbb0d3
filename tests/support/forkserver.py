"""The fork server as systemd runs it: behind a socket that it is given, as a user without rights."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

NOBODY = 65534
LISTENER = 3


@contextmanager
def listening(path: str) -> Iterator[socket.socket]:
    """A socket at `path` that everybody may connect to, and that nobody serves yet."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen(128)
        try:
            yield listener
        finally:
            os.unlink(path)


def start(launcher: str, listener: socket.socket, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start the fork server that `launcher` runs."""
    def hand_over() -> None:
        os.dup2(listener.fileno(), LISTENER)
        os.set_inheritable(LISTENER, True)  # also where it was that one already
    return subprocess.Popen([launcher], preexec_fn=hand_over, close_fds=False, user=NOBODY, group=NOBODY,
                            extra_groups=[], cwd="/", env=environment)
