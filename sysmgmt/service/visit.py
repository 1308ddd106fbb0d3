"""One connection: whose it is, and how long it may go on."""

import socket
import time
from collections.abc import Mapping
from typing import Any

from sysmgmt.domain.errors import LoginNeeded, Refusal
from sysmgmt.engine.adoption import adopt
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Caller, refused
from sysmgmt.host import processes
from sysmgmt.service.calls import CALLS, PASSIVE
from sysmgmt.service.peers import Peer
from sysmgmt.service.varlink import described
from sysmgmt.service.wire import INTERFACE, MOST_BYTES, MOST_BYTES_OF_STRANGERS, Garbled, Wire

GRACE = 10.0
"""Seconds that a client has to log its user out by itself before it is cut off."""


class Visit:
    """Serves one connection until it ends. Its user is who the kernel says, or who logs in."""

    def __init__(self, house: House, connection: socket.socket, peer: Peer) -> None:
        self.door = EmbeddedDoor(house, Caller(origin="local", endpoint="local"))
        self.greeting: Answer | None = None
        self.house = house
        self.peer = peer
        self._wire = Wire(connection, MOST_BYTES_OF_STRANGERS)
        self._active = time.monotonic()

    def serve(self) -> None:
        """Answer calls until the client goes, is idle for too long, or sends what is no message."""
        reason = "disconnected"
        try:
            self._enter()
            while (message := self._wire.receive(self._patience())) is not None:
                self._wire.send(self._reply(message))
        except TimeoutError:
            reason = "IdleLogout"
        except (Garbled, OSError, Refusal):
            pass  # the client is at fault or gone, or the box cannot even be read: nothing to answer
        finally:
            self.door.log_out(reason)

    def trust(self) -> None:
        """Accept longer messages once somebody is known."""
        if self.door.caller.user:
            self._wire.most_bytes = MOST_BYTES

    def _enter(self) -> None:
        """Find out whose connection this is, as far as the kernel knows."""
        try:
            answer, caller = adopt(self.house, self.door.caller, self.peer.uid,
                                   processes.ancestors(self.peer.pid))
        except LoginNeeded:
            return
        except Refusal as refusal:
            self.greeting = refused(None, refusal)
            return
        self.door = EmbeddedDoor(self.house, self.door.caller, caller)
        self.greeting = answer
        self.trust()

    def _patience(self) -> float:
        """Seconds until the client has been idle for too long. Raises TimeoutError."""
        left = self._active + self.door.sign().idle_timeout + GRACE - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _reply(self, message: Mapping[str, Any]) -> dict[str, Any]:
        name, parameters = str(message.get("method")), message.get("parameters") or {}
        interface, _, method = name.rpartition(".")
        call = CALLS.get(method) if interface == INTERFACE else None
        if call is None or not isinstance(parameters, dict):
            return described(name, parameters)
        if method not in PASSIVE:
            self._active = time.monotonic()
        try:
            return {"parameters": call(self, parameters)}
        except Garbled:
            return {"error": "org.varlink.service.InvalidParameter", "parameters": {"parameter": method}}
