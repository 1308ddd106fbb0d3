"""The door through which partners come in, with bounds for everything that anybody there may use."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

from sysmgmt import __version__
from sysmgmt.domain import events, partner_messages
from sysmgmt.domain.errors import InternalError
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.engine import partnership
from sysmgmt.engine.audit_record import Record, frames
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.own_work import work
from sysmgmt.engine.request import SYSTEM, Request
from sysmgmt.service import listeners, reception, threads
from sysmgmt.service.reception import Stranger, Terms

MOST, MOST_OF_ONE = 64, 16
"""Connections at a time: of all addresses, of one."""
LINGER = 1.0
"""Seconds that are waited for what a stranger still has to say."""
SILENCE = 60.0
"""Seconds before strangers are told of again."""


class Place(NamedTuple):
    """Where the door is; "" stands for all addresses."""

    address: str
    port: int


class Refusals:
    """Who was refused, told not more often than every SILENCE seconds, however many they are."""

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._lock = threading.Lock()
        self._last = ("", "")
        self._failure: tuple[str, list[str]] | None = None
        self._count, self._told_at = 0, -SILENCE

    def note(self, origin: str, reason: str) -> None:
        """Somebody who came from `origin` was refused."""
        with self._lock:
            self._count, self._last = self._count + 1, (origin, reason)

    def fail(self, origin: str, error: Exception) -> None:
        """Nobody foresaw what happened to somebody from `origin`; its text and values may hold a secret."""
        with self._lock:
            self._failure = type(error).__name__, frames(error)
        self.note(origin, "the box failed unexpectedly")

    def tell(self, house: House) -> None:
        """Record the last one, and how many there were, where it is time for that. Raises any refusal."""
        with self._lock:
            if not self._count or self._passed() - self._told_at < SILENCE:
                return
            (origin, reason), count, failure = self._last, self._count, self._failure
            self._count, self._told_at, self._failure = 0, self._passed(), None
        if failure:
            refusal = InternalError(id=Record(house.box, SYSTEM, Request("receive_partner"), None).reported(*failure))
            tell(house.box, events.of_refusal(refusal), SYSTEM.user)
        work(house, "note_refused_partner", {"origin": origin, "reason": reason, "count": str(count)})
        others = f"; {count} were refused since this was last told" if count > 1 else ""
        tell(house.box, [Event(NAMED["PartnerRefused"], origin, reason + others)], SYSTEM.user)


class PartnerDoor:
    """Receives whoever connects to a socket, on terms that hold until they are changed or it is shut."""

    def __init__(self, listener: socket.socket, terms: Terms, refusals: Refusals) -> None:
        self._listener = listener
        self._terms = terms
        self._refusals = refusals
        self._lock = threading.Lock()
        self._inside: dict[socket.socket, str] = {}
        self._is_shut = False

    @property
    def place(self) -> Place:
        """Where it is, as the state has it."""
        communication = self._terms.state.settings.communication
        return Place(communication.address, communication.port)

    def open(self) -> None:
        """Let people in from now on."""
        threads.begin(listeners.accept, self._listener, self._take, lambda: self._is_shut)

    def change(self, terms: Terms) -> None:
        """Receive on other terms, and cut whoever came in on the old ones."""
        with self._lock:
            self._terms = terms
            for one in self._inside:
                _cut(one)

    def shut(self) -> None:
        """Let nobody in any more, and cut whoever is inside."""
        with self._lock:
            self._is_shut = True
            for one in (self._listener, *self._inside):
                _cut(one)
            self._listener.close()

    def _take(self, plain: socket.socket, address: Any) -> None:
        """Welcome a connection if there is a place for it. Raises RuntimeError."""
        origin = str(address[0]).removeprefix("::ffff:")
        with ExitStack() as unless_welcomed:
            unless_welcomed.enter_context(plain)
            unless_welcomed.callback(self._leave, plain)
            if self._admit(plain, origin):
                threads.begin(self._welcome, plain, origin)
                unless_welcomed.pop_all()

    def _admit(self, plain: socket.socket, origin: str) -> bool:
        with self._lock:
            full = len(self._inside) >= MOST or Counter(self._inside.values())[origin] >= MOST_OF_ONE
            if not (full or self._is_shut):
                self._inside[plain] = origin
            return plain in self._inside

    def _welcome(self, plain: socket.socket, origin: str) -> None:
        connection = plain
        try:
            with self._lock:
                terms = self._terms
                connection = reception.begun(plain, terms)
                self._inside[connection] = self._inside.pop(plain)
            own = partnership.message(terms.state, __version__, time.time())
            reception.receive(connection, terms, own)
        except Stranger as stranger:
            self._refusals.note(origin, str(stranger))
            _see_off(connection)
        except OSError:
            pass  # it has gone, or was too slow
        except Exception as error:  # whatever it is, it ends this visit and nothing else
            self._refusals.fail(origin, error)
        finally:
            self._leave(plain, connection)
            connection.close()

    def _leave(self, *connections: socket.socket) -> None:
        with self._lock:
            for one in connections:
                self._inside.pop(one, None)


def _see_off(stranger: socket.socket) -> None:
    """Let the alert arrive that says why: what came in unread would have the network drop it.

    In TLS 1.3 whoever connects has spoken before it hears that its certificate is refused.
    """
    with suppress(OSError):
        _cut(stranger, socket.SHUT_WR)
        socket.socket.settimeout(stranger, LINGER)
        socket.socket.recv(stranger, partner_messages.LONGEST)


def _cut(one: socket.socket, ways: int = socket.SHUT_RDWR) -> None:
    """End a connection, whichever thread uses it: that of TLS would first have to be asked."""
    with suppress(OSError):
        socket.socket.shutdown(one, ways)
