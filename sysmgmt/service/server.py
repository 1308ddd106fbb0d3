"""The socket of boxmgmtd: a thread for each connection, and bounds for everything a client may use."""

import os
import socket
import threading
from collections import Counter

from sysmgmt.engine.dispatch import House
from sysmgmt.service import threads
from sysmgmt.service.peers import Peer, peer_of
from sysmgmt.service.presence import Presence
from sysmgmt.service.shared import SharedStore
from sysmgmt.service.visit import Visit

MOST, MOST_OF_ONE = 512, 128
"""Connections at a time: of all users, of one."""
BACKLOG = 128


def shared(house: House) -> House:
    """`house` with a store that threads can share."""
    return house._replace(box=house.box._replace(store=SharedStore(house.box.store)))


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


class Server:
    """Serves connections until it is stopped. The store of `house` is a shared one."""

    def __init__(self, house: House, listener: socket.socket, presence: Presence) -> None:
        self._house = house
        self._presence = presence
        self._listener = listener
        self._lock = threading.Lock()
        self._open: Counter[int] = Counter()

    def serve(self) -> None:
        """Accept connections until `stop`."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._welcome(connection)

    def stop(self) -> None:
        """Accept no further connection."""
        self._listener.shutdown(socket.SHUT_RDWR)

    def _welcome(self, connection: socket.socket) -> None:
        try:
            peer = peer_of(connection)
        except OSError:
            connection.close()
            return
        if not self._admit(peer):
            connection.close()
            return
        threads.begin(self._serve, connection, peer)

    def _admit(self, peer: Peer) -> bool:
        with self._lock:
            if self._open.total() >= MOST or self._open[peer.uid] >= MOST_OF_ONE:
                return False
            self._open[peer.uid] += 1
            return True

    def _serve(self, connection: socket.socket, peer: Peer) -> None:
        try:
            with connection:
                Visit(self._house, connection, peer, self._presence).serve()
        finally:
            with self._lock:
                self._open[peer.uid] -= 1
