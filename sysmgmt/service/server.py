"""The socket of boxmgmtd: a thread for each connection, and bounds for everything a client may use."""

import socket
from contextlib import ExitStack
from typing import Any

from sysmgmt.engine.dispatch import House
from sysmgmt.service import listeners, threads
from sysmgmt.service.bounds import Bounds
from sysmgmt.service.crowd import Places, helps
from sysmgmt.service.peers import Peer, peer_of
from sysmgmt.service.presence import Presence
from sysmgmt.service.shared import SharedStore
from sysmgmt.service.turns import ASKING, SharedHasher
from sysmgmt.service.visit import Visit

MOST, MOST_OF_ONE = 512, 128
"""Connections at a time: of all users, of one."""
MOST_OF_HELPERS, MOST_OF_A_HELPER = 1024, 512
"""The same for those who ask for PAM and sshd: above the 200 that sshd's MaxStartups lets wait."""


def shared(house: House) -> House:
    """`house` with a store and a hasher that threads can share."""
    box = house.box._replace(store=SharedStore(house.box.store), hasher=SharedHasher(house.box.hasher))
    return house._replace(box=box)


class Server:
    """Serves connections until it is stopped. The store of `house` is a shared one."""

    def __init__(self, house: House, listener: socket.socket, presence: Presence) -> None:
        self._house = house
        self._presence = presence
        self._listener = listener
        self._stopped = False
        self._users = Places(MOST, MOST_OF_ONE)
        self._helpers = Places(MOST_OF_HELPERS, MOST_OF_A_HELPER)
        self._bounds = Bounds()

    def serve(self) -> None:
        """Accept connections until `stop`, and whatever goes wrong with one of them."""
        listeners.accept(self._listener, self._welcome, lambda: self._stopped)

    def stop(self) -> None:
        """Accept no further connection."""
        self._stopped = True
        self._listener.shutdown(socket.SHUT_RDWR)

    def _welcome(self, connection: socket.socket, address: Any) -> None:
        """Serve a connection if there is a place for it. Raises OSError, RuntimeError."""
        with ExitStack() as unless_served:
            unless_served.enter_context(connection)
            peer = peer_of(connection)
            places = self._helpers if helps(peer.uid) else self._users
            if not places.take(peer.uid):
                return
            unless_served.callback(places.leave, peer.uid)
            threads.begin(self._serve, connection, peer, places)
            unless_served.pop_all()

    def _serve(self, connection: socket.socket, peer: Peer, places: Places) -> None:
        ASKING.set(peer.uid)
        try:
            with connection:
                Visit(self._house, connection, peer, self._presence, self._bounds).serve()
        finally:
            places.leave(peer.uid)
