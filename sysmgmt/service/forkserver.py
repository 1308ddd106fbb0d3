"""The fork server: both shells loaded once, and a process of its own for each login at a terminal.

It runs as a user of its own who may do nothing, and never opens a socket of boxmgmtd: whose a session
is, is known by the client that makes its connections. None of its processes may look into another, and no
session reaches one.
"""

import os
import socket
from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.host import daemons, isolation, memory
from sysmgmt.screen import loading, person
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.program import Program
from sysmgmt.screen.sysmgmt import Sysmgmt
from sysmgmt.service import hosted, listeners, rehearsal
from sysmgmt.service.crowd import Places
from sysmgmt.service.peers import peer_of

LISTENER = 3
"""The descriptor that systemd hands over (sd_listen_fds(3))."""
MOST, MOST_OF_ONE = 256, 32
"""Sessions at a time: of all users, of one. Whoever is one too many loads the whole shell himself."""
LOADED = (person, Sysmgmt, tuple(CATALOG))
"""What a shell would load as it goes."""


class ForkServer:
    """Gives each client that connects to `listener` a process of its own, for the one of `programs` that it names.

    `box` is the socket of boxmgmtd, `keyboard` the one of all sessions.
    """

    def __init__(self, listener: socket.socket, box: str, programs: Mapping[str, Program],
                 keyboard: Keyboard) -> None:
        self._listener = listener
        self._box = box
        self._programs = programs
        self._keyboard = keyboard
        self._places = Places(MOST, MOST_OF_ONE)
        self._sessions: dict[int, int] = {}

    def serve(self) -> None:
        """Serve until the process is ended; the sessions go on without it."""
        listeners.accept(self._listener, self._welcome, self._is_over)

    def _welcome(self, connection: socket.socket, address: Any) -> None:
        """Begin a session if there is a place for it. Raises OSError."""
        with connection:
            uid = peer_of(connection).uid
            if not self._places.take(uid):
                return
            try:
                pid = os.fork()
            except OSError:
                self._places.leave(uid)
                raise
            if pid:
                self._sessions[pid] = uid
                return
            try:
                self._listener.close()
                hosted.host(connection, self._box, self._programs, self._keyboard)
            finally:  # whatever it was: this process is not the server
                os._exit(1)

    def _is_over(self) -> bool:
        """Never; but places of sessions that have ended are free again."""
        while self._sessions and (ended := os.waitpid(-1, os.WNOHANG)[0]):
            self._places.leave(self._sessions.pop(ended))
        return False


def main(path: str, *programs: Program) -> None:
    """Run the fork server for `programs` over the boxmgmtd at `path`."""
    loading.begin()
    memory.share()
    isolation.begin()
    keyboard = rehearsal.keyboard()
    loading.keep()
    daemons.tell_ready()
    ForkServer(socket.socket(fileno=LISTENER), path, {one.name: one for one in programs}, keyboard).serve()
