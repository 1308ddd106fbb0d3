"""The socket of boxmgmtd: a thread for each connection, and bounds for everything a client may use."""

import os
import select
import socket
import time
from contextlib import ExitStack

from sysmgmt.engine.dispatch import House
from sysmgmt.service import threads
from sysmgmt.service.crowd import Places, helps
from sysmgmt.service.peers import Peer, peer_of
from sysmgmt.service.presence import Presence
from sysmgmt.service.shared import SharedStore
from sysmgmt.service.turns import ASKING, SharedHasher
from sysmgmt.service.visit import Bounds, Visit

MOST, MOST_OF_ONE = 512, 128
"""Connections at a time: of all users, of one."""
MOST_OF_HELPERS, MOST_OF_A_HELPER = 1024, 512
"""The same for those who ask for PAM and sshd: above the 200 that sshd's MaxStartups lets wait."""
PAUSE = 0.05
"""Seconds to wait where no connection can be taken, since the descriptors or threads have run out."""
LOOK = 1.0
"""Seconds after which it is seen at the latest that the service has to stop."""
BACKLOG = 128


def shared(house: House) -> House:
    """`house` with a store and a hasher that threads can share."""
    box = house.box._replace(store=SharedStore(house.box.store), hasher=SharedHasher(house.box.hasher))
    return house._replace(box=box)


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
        self._stopped = False
        self._users = Places(MOST, MOST_OF_ONE)
        self._helpers = Places(MOST_OF_HELPERS, MOST_OF_A_HELPER)
        self._bounds = Bounds()

    def serve(self) -> None:
        """Accept connections until `stop`, and whatever goes wrong with one of them."""
        self._listener.setblocking(False)
        waiting = select.poll()
        waiting.register(self._listener, select.POLLIN)
        while not self._stopped:
            try:
                # In turns: a signal to stop may come just before it waits. With a timeout of its own, accept
                # would spin through the rest of it once the listener is shut down.
                if waiting.poll(1000 * LOOK) and not self._stopped:
                    self._welcome(self._listener.accept()[0])
            except (OSError, RuntimeError):  # the latter from a thread that cannot be started
                time.sleep(0 if self._stopped else PAUSE)

    def stop(self) -> None:
        """Accept no further connection."""
        self._stopped = True
        self._listener.shutdown(socket.SHUT_RDWR)

    def _welcome(self, connection: socket.socket) -> None:
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
