"""One connection: whose it is, and how long it may go on."""

import base64
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import Any

from sysmgmt.domain import sessions
from sysmgmt.domain.errors import IdleLogout, LoginNeeded, Refusal, SessionEnded
from sysmgmt.engine import departure
from sysmgmt.engine.adoption import Known, adopt
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Caller, Request, refused
from sysmgmt.host import processes
from sysmgmt.service.bounds import Bounds
from sysmgmt.service.calls import CALLS, PASSIVE
from sysmgmt.service.crowd import helps
from sysmgmt.service.installdoor import OthersDoor
from sysmgmt.service.peers import Peer
from sysmgmt.service.presence import Presence
from sysmgmt.service.varlink import described, mistake
from sysmgmt.service.wire import INTERFACE, MOST_BYTES, MOST_BYTES_OF_STRANGERS, Garbled, Wire

STRANGER = Caller(origin="local", endpoint="local")
"""Who somebody is that the kernel knows nothing of, before a login."""
TAKES = 60.0
"""Seconds within which a client takes each piece of what it downloads."""


class Visit:
    """Serves one connection until it ends. Its user is who the kernel says, or who logs in.

    `held` are the turns that the message has which is being answered.
    """

    def __init__(self, house: House, connection: socket.socket, peer: Peer, presence: Presence,
                 bounds: Bounds) -> None:
        self.door = _door(house, peer)
        self.house = house
        self.peer = peer
        self.presence = presence
        self._of_login = False
        self.bounds = bounds
        self.held = ExitStack()
        self._unknown = ExitStack()
        self._wire = Wire(connection, MOST_BYTES_OF_STRANGERS if peer.uid else MOST_BYTES, self._turn)
        self._more = False

    def serve(self) -> None:
        """Answer calls until the client goes, is idle for too long, or sends what is no message."""
        reason = departure.GONE
        try:
            self._enter()
            self._find_place()
            while self._answer_next():
                pass
        except TimeoutError:
            if self._left() <= 0:
                reason = IdleLogout.__name__
                self._end_idle()
        except (Garbled, OSError, Refusal):
            pass  # the client is at fault or gone, or the box cannot even be read: nothing to answer
        except Exception as error:  # whatever it is, the audit explains it
            Record(self.house.box, self.door.caller, Request(""), None).failure(error)
        finally:
            self._unknown.close()
            self.held.close()
            self.leave(reason)
            self.presence.forget(self._name)

    def leave(self, reason: str) -> None:
        """Let the user go. The session of a login goes on until the login itself ends."""
        session = self.door.caller.session
        if self._of_login:
            self.presence.leave(session, reason)
            self.door, self._of_login = _door(self.house, self.peer), False
        else:
            self.door.log_out(reason)
            self.presence.forget(session)

    def report(self, sentence: str, done: int, total: int) -> None:
        """Tell a client that wants to hear more than the last reply how far its call has come."""
        if self._more:
            progress = {"sentence": sentence, "done": done, "total": total}
            try:
                self._wire.send({"parameters": {"progress": progress}, "continues": True})
            except OSError:
                self._more = False  # it has gone; what it asked for is done all the same

    def send_piece(self, piece: bytes) -> None:
        """Send a client raw bytes, which it has to take in time. Raises OSError if it does not, or never wanted any."""
        if not self._more:
            raise BrokenPipeError
        try:
            self._wire.send({"parameters": {"piece": base64.b64encode(piece).decode()}, "continues": True}, TAKES)
        except Garbled as slow:
            raise TimeoutError from slow

    def trust(self) -> None:
        """Accept longer messages once somebody is known, and more connections."""
        if self.door.caller.user:
            self._wire.most_bytes = MOST_BYTES
            self._unknown.close()

    def _enter(self) -> None:
        """Find out whose connection this is, as far as the kernel knows."""
        try:
            found = processes.of_client(self.peer.pid, self.peer.uid)
            if found is None:
                raise SessionEnded(reason="its process is gone")
            reply = adopt(self.house, STRANGER, Known(self.peer.uid, *found))
        except LoginNeeded:
            return
        except Refusal as refusal:
            reply = Reply(refused(None, refusal), STRANGER)
        self.door = _door(self.house, self.peer, reply)
        self._of_login = any(one.id == reply.caller.session and one.login
                             for one in sessions.of(self.house.box.store.read(), reply.caller.user))
        self.trust()

    def _find_place(self) -> None:
        """Take one of the places of those whom the box does not know. Raises Garbled if there is none."""
        if self.door.caller.user or helps(self.peer.uid):
            return
        if not self.bounds.unknown.take(self.peer.uid):
            raise Garbled("too many")
        self._unknown.callback(self.bounds.unknown.leave, self.peer.uid)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until a large message may be read. Its uid's door is left once it is answered. Raises BoxBusy."""
        self.held.enter_context(self.bounds.large(self.peer.uid))
        with self.bounds.reading.turn():
            yield

    def _answer_next(self) -> bool:
        """Answer the next message; whether there was one. Nothing of it is kept."""
        message = self._wire.receive(self._patience())
        if message is None:
            return False
        with self.held:
            reply = self._reply(message)
            if message.get("oneway") is not True:
                self._wire.send(reply)
        return True

    def _patience(self) -> float:
        """Seconds until the client has been idle for too long. Raises TimeoutError."""
        left = self._left()
        if left <= 0:
            raise TimeoutError
        return left

    def _left(self) -> float:
        return self.presence.left(self._name, self.door.sign().idle_timeout)

    @property
    def _name(self) -> str:
        """What the last use is kept under: a session, or a connection without one."""
        return self.door.caller.session or f"connection {id(self)}"

    def _end_idle(self) -> None:
        if self.door.caller.session:
            with suppress(Refusal):  # a box that cannot write cuts the connection all the same
                departure.end_idle(self.house, self.door.caller)

    def _reply(self, message: Mapping[str, Any]) -> dict[str, Any]:
        name, parameters = str(message.get("method")), message.get("parameters")
        parameters = {} if parameters is None else parameters
        interface, _, method = name.rpartition(".")
        if not isinstance(parameters, dict):
            return mistake("InvalidParameter", parameter="parameters")
        if message.get("upgrade") is True:  # whoever asks for that would speak another language from here on
            return mistake("InvalidParameter", parameter="upgrade")
        self._more = message.get("more") is True
        call = CALLS.get(method) if interface == INTERFACE else None
        if call is None:
            return described(name, parameters)
        if self.peer.uid and not self.door.caller.user:
            batch = parameters.get("requests")
            self.bounds.allowance.spend(self.peer.uid, len(batch) if batch and isinstance(batch, list) else 1)
        try:
            with nullcontext() if method in PASSIVE else self.presence.use(self._name):
                self.held.enter_context(self.bounds.door(method, self.peer.uid, self.door.caller.user))
                return {"parameters": call(self, parameters)}
        except Garbled:
            return mistake("InvalidParameter", parameter=method)


def _door(house: House, peer: Peer, known: Reply | None = None) -> EmbeddedDoor:
    """The engine's door for a peer."""
    return (OthersDoor if peer.uid else EmbeddedDoor)(house, STRANGER, known)
