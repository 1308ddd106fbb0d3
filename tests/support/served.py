"""A box as boxmgmtd serves it, in the process of the test: so the clock can be held, and starting costs nothing."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sysmgmt.engine.dispatch import House
from sysmgmt.engine.door import Door
from sysmgmt.service.client import ServiceDoor
from sysmgmt.service.listeners import listening
from sysmgmt.service.presence import Presence
from sysmgmt.service.server import Server, shared

PATIENCE = 20.0
"""Seconds until the last connection must have ended."""


class Listener(socket.socket):
    """Listens, and remembers whom it let in."""

    def __init__(self, path: Path) -> None:
        super().__init__(fileno=listening(str(path)).detach())
        self.accepted: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection."""
        found = super().accept()
        self.accepted.append(found[0])
        return found


class Served:
    """The service of an engine. Its clients stay connected until it ends, as those of embedded mode stay alive."""

    def __init__(self, house: House, path: Path) -> None:
        self.path = path
        self._doors: list[Door] = []
        self._before = set(threading.enumerate())
        self._listener = Listener(path)
        self._server = Server(shared(house), self._listener, Presence())
        threading.Thread(target=self._server.serve, daemon=True).start()

    def door(self) -> Door:
        """A client's door, through which it has come in."""
        door = ServiceDoor(str(self.path))
        assert door.enter() is None, "somebody has to log in"
        self._doors.append(door)
        return door

    def close(self) -> None:
        """End it."""
        self.cut()
        self.join()

    def cut(self) -> None:
        """Let all clients go, and nobody in."""
        self._server.stop()
        for one in self._listener.accepted:
            with suppress(OSError):  # it has already gone
                one.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait until every session has ended."""
        for one in set(threading.enumerate()) - self._before:
            one.join(PATIENCE)
            assert not one.is_alive(), "a connection goes on without its client"
