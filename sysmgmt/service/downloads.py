"""Downloads over the web server: it asks here, over a Unix socket, for what a link leads to (R027).

One request a connection, of at most LONGEST bytes and within SLOWEST seconds; nothing but a link is
answered, and what is wrong with one nobody is told. A link is used up before its first byte is sent.
Where a request came from is believed only of a user as whom the web server runs.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple

from sysmgmt.domain import downloads
from sysmgmt.domain.errors import Refusal
from sysmgmt.engine import collecting, downloading
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.engine.request import Caller
from sysmgmt.host import nginx
from sysmgmt.service import listeners, threads
from sysmgmt.service.crowd import Places
from sysmgmt.service.peers import peer_of

NAME = "web.sock"
"""The socket, beside that of boxmgmtd."""
MOST, MOST_OF_ONE = 64, 16
"""Connections at a time: of all, and of one user, such as that of the web server."""
LONGEST, SLOWEST, TAKES = 8192, 10.0, 60.0
"""Bytes of a request, seconds until it is whole, and seconds within which each piece is taken."""
_ASKED = re.compile(rf"([A-Z]{{1,16}}) {downloads.PLACE}([0-9a-f]{{{downloads.TOKEN_CHARACTERS}}})? HTTP/1\.[01]\r\n")
_ORIGIN = re.compile(r"\r\nX-Real-IP: *([0-9A-Fa-f:.]{2,45})\r\n", re.IGNORECASE)


class Asked(NamedTuple):
    """What somebody asks for, and from where: as the web server says, or "local"."""

    token: str
    origin: str


class Refused(Exception):
    """The answer is a status alone."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


def serve(house: House, path: str, server: Callable[[], int | None] = nginx.user) -> None:
    """Answer at the socket `path` from now on, in threads. `server` is the number of the web server's user."""
    welcome = partial(_welcome, house, Places(MOST, MOST_OF_ONE), server)
    threads.begin(listeners.accept, listeners.listening(path), welcome)


def _welcome(house: House, places: Places, server: Callable[[], int | None], connection: socket.socket,
             address: Any) -> None:
    """Answer a connection if there is a place for it. Raises OSError, RuntimeError."""
    with ExitStack() as unless_served:
        unless_served.enter_context(connection)
        uid = peer_of(connection).uid
        if not places.take(uid):
            return
        unless_served.callback(places.leave, uid)
        threads.begin(_answer, house, connection, uid == server(), partial(places.leave, uid))
        unless_served.pop_all()


def _answer(house: House, connection: socket.socket, believed: bool, leave: Callable[[], None]) -> None:
    try:
        with connection, suppress(OSError):
            try:
                _send(house, connection, _asked(_request(connection), believed))
            except Refused as refused:
                connection.sendall(_head(refused.status, "Content-Length: 0"))
            except Refusal:
                connection.sendall(_head(HTTPStatus.NOT_FOUND, "Content-Length: 0"))
    finally:
        leave()


def _request(connection: socket.socket) -> str:
    """The head of a request. Raises Refused, OSError."""
    text, deadline = b"", time.monotonic() + SLOWEST
    while b"\r\n\r\n" not in text:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        piece = connection.recv(LONGEST)
        text += piece
        if not piece or len(text) > LONGEST:
            raise Refused(HTTPStatus.BAD_REQUEST)
    return text.decode("latin-1")


def _asked(head: str, believed: bool) -> Asked:
    """What a request asks for. Raises Refused."""
    found, origin = _ASKED.match(head), _ORIGIN.search(head) if believed else None
    if found is None or not found[2]:
        raise Refused(HTTPStatus.NOT_FOUND)
    if found[1] != "GET":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    try:
        return Asked(found[2], str(ipaddress.ip_address(origin[1])) if origin else "local")
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


def _send(house: House, connection: socket.socket, asked: Asked) -> None:
    """Use the link up and send the archive. Raises any refusal, OSError."""
    id, box = downloads.id_of(asked.token), house.box
    link = downloading.find(box.store.read(), id, box.clock.now())  # who only guesses leaves nothing behind
    archive = collecting.find(box.archives, link.archive)
    pieces = box.archives.pieces(link.archive)
    work(house, "use_download_link", {"link": id}, Caller("system", origin=asked.origin, endpoint="web"))
    connection.settimeout(TAKES)
    connection.sendall(_head(HTTPStatus.OK, f"Content-Length: {archive.size}", "Content-Type: application/gzip",
                             f'Content-Disposition: attachment; filename="{link.archive}.tar.gz"'))
    for piece in pieces:
        connection.sendall(piece)


def _head(status: HTTPStatus, *lines: str) -> bytes:
    always = ("Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Connection: close")
    return "\r\n".join([f"HTTP/1.1 {status.value} {status.phrase}", *lines, *always, "", ""]).encode()
