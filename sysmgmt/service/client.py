"""The door of a client of boxmgmtd: every verb is a call over the socket."""

import base64
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sysmgmt.domain.errors import DownloadBrokenOff, Refusal, ServiceLost
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.audit_record import frames
from sysmgmt.engine.door import Sign
from sysmgmt.engine.request import Answer, Caller, Request, refused
from sysmgmt.service import values
from sysmgmt.service.wire import INTERFACE, Garbled, Wire

PATIENCE = 5.0
"""Seconds to wait for boxmgmtd to come back."""
POLL = 0.02
TURN = 120.0
"""Seconds that sending may take: a large message waits for its turn."""
ANY_SIZE = 2**40
"""Bytes of a reply: of the users of a large box no less is shown than in embedded mode."""
ENTER, SIGN = "Enter", "Sign"
ASKING = frozenset({ENTER, SIGN, "Barred", "Check", "Offers", "Standing"})
"""Calls that may be made again on a new connection: at most they open a session or record a refusal."""


def connected(path: str) -> socket.socket:
    """A connection to the socket `path`. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


class ServiceDoor:
    """A door at the socket `path`, reached by `connect`. The server says who the caller is."""

    def __init__(self, path: str, connect: Callable[[str], socket.socket] = connected) -> None:
        self._calls = Calls(path, connect)
        self._caller = Caller()

    @property
    def caller(self) -> Caller:
        """Who is logged in through this door, as the server said last."""
        return self._caller

    def enter(self) -> Answer | None:
        """What the user is told whom the kernel identifies, or None: somebody has to log in."""
        reply = self._calls.call(ENTER)
        self._caller = Caller(**reply["caller"])
        return values.answer(reply["answer"]) if reply["answer"] else None

    def sign(self) -> Sign:
        """What anybody may know of the box. Raises StateDamaged."""
        reply = self._calls.call(SIGN)
        if reply.get("refused"):
            raise _refusal(reply["refused"])
        return Sign(**reply["sign"])

    def log_in(self, name: str, password: str) -> Answer:
        """Check the password and open a session."""
        return self._answered("LogIn", {"name": name, "password": password})

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        """Run one request; an Answer is one that was refused before it got here: it is recorded."""
        raw = {"raw": True} if listening.sink else {}
        return self._answered("Run", values.plain(request) | raw, listening)

    def follow(self, after: int) -> Answer:
        """What there is by now behind a record of the log that the last request asked to follow."""
        try:
            return values.answer(self._calls.call("Follow", {"after": after})["answer"])
        except ServiceLost as lost:
            return refused(None, lost)

    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        """Run all requests or none; an Answer among them is one that has already failed."""
        reply = self._calls.call("RunTogether", {"requests": [values.plain(one) for one in requests]})
        self._caller = Caller(**reply["caller"])
        return [values.answer(one) for one in reply["answers"]]

    def barred(self, command: str) -> Answer | None:
        """Why the caller may not run `command` now, or None."""
        answer = self._calls.call("Barred", {"command": command})["answer"]
        return values.answer(answer) if answer else None

    def check(self, command: str, parameter: str, texts: Mapping[str, str]) -> Answer | None:
        """Why what `texts` has for a parameter cannot be used, as far as that is known at once, or None."""
        reply = self._calls.call("Check", {"command": command, "parameter": parameter, "texts": dict(texts)})
        return values.answer(reply["answer"]) if reply["answer"] else None

    def offers(self, command: str, parameter: str, texts: Mapping[str, str]) -> list[str]:
        """What could stand for a parameter: for completion and for choosing."""
        reply = self._calls.call("Offers", {"command": command, "parameter": parameter, "texts": dict(texts)})
        return [values.text(one) for one in reply["offers"]]

    def report_failure(self, error: Exception) -> str:
        """Record a failure of the shell itself; the id of the record."""
        return values.text(self._calls.call("Explain", {"type": type(error).__name__, "frames": frames(error)})["id"])

    def standing(self) -> Refusal | None:
        """None while the session may go on, else why it is over."""
        try:
            found = self._calls.call("Standing")["refused"]
        except ServiceLost:
            return None  # it may be back at the next look; a command that does not reach it says so
        return _refusal(found) if found else None

    def log_out(self, reason: str) -> None:
        """End the session, if there is one; without a connection the server has ended it."""
        if not self._calls.connected:
            return
        try:
            self._caller = Caller(**self._calls.call("LogOut", {"reason": reason})["caller"])
        except Refusal:
            return  # the server ends it when the connection does

    def _answered(self, method: str, parameters: Mapping[str, Any], listening: Listening = NOBODY) -> Answer:
        try:
            reply = self._calls.call(method, parameters, listening)
        except (ServiceLost, DownloadBrokenOff) as problem:
            return refused(None, problem)
        self._caller = Caller(**reply["caller"])
        return values.answer(reply["answer"])


class Calls:
    """A connection to boxmgmtd that is made again when it is lost."""

    def __init__(self, path: str, connect: Callable[[str], socket.socket]) -> None:
        self._path = path
        self._make = connect
        self._wire: Wire | None = None
        self._is_known = self._has_entered = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._wire is not None

    def call(self, method: str, parameters: Mapping[str, Any] = {}, listening: Listening = NOBODY) -> dict[str, Any]:
        """The parameters of the last reply; those before it go to who is `listening`. Raises ServiceLost.

        One that only asks is made again on a new connection. One that may have been carried out
        is never made twice: what became of it is not known.
        """
        reply = self._once(method, parameters, listening)
        if reply is None and method in ASKING:
            reply = self._once(method, parameters, listening)
        if reply is None or "error" in reply:
            raise ServiceLost()
        found: dict[str, Any] = reply.get("parameters", {})
        return found

    def _once(self, method: str, parameters: Mapping[str, Any], listening: Listening) -> dict[str, Any] | None:
        """What comes back, or None: the connection is lost."""
        wire = self._for(method)
        try:
            more = {} if listening == NOBODY else {"more": True}
            wire.send({"method": f"{INTERFACE}.{method}", "parameters": parameters, **more}, TURN)
            while (reply := wire.receive()) and reply.get("continues"):
                _hear(reply["parameters"], listening)
        except (OSError, Garbled):
            reply = None
        except BaseException:
            self._wire = None  # what is still to come would be taken for the next answer
            raise
        if reply is None:
            self._wire = None
        return reply

    def _for(self, method: str) -> Wire:
        """A connection whose user the server has found out; before somebody enters, a look at the box needs none."""
        wire = self._wire or self._connect()
        if method == ENTER:
            self._is_known = self._has_entered = True
        elif not self._is_known and (self._has_entered or method != SIGN):
            self.call(ENTER)
        return self._wire or wire

    def _connect(self) -> Wire:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                connection = self._make(self._path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ServiceLost(f"boxmgmtd does not answer at {self._path}; nothing was done.",
                                      "Start it: systemctl start boxmgmtd.") from None
                time.sleep(POLL)
        self._wire, self._is_known = Wire(connection, ANY_SIZE), False
        return self._wire


def _hear(told: Mapping[str, Any], listening: Listening) -> None:
    """Give on what came before the last reply. Raises DownloadBrokenOff."""
    if listening.sink and "piece" in told:
        try:
            listening.sink(base64.b64decode(told["piece"]))
        except OSError as problem:
            raise DownloadBrokenOff(problem=os.strerror(problem.errno or 0)) from None
    elif progress := told.get("progress"):
        listening.report(progress["sentence"], progress["done"], progress["total"])


def _refusal(shown: Mapping[str, Any]) -> Refusal:
    """The refusal that the server made, with its words."""
    kind = values.CODES.get(str(shown.get("code")), ServiceLost)
    return kind(str(shown.get("message")))
