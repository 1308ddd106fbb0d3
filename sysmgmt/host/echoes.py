"""Echo requests (ICMP), sent by ourselves: whether a host answers, how fast, and how long a packet may be."""

import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sysmgmt.domain.diagnostics import Echoes
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.host import routes
from sysmgmt.host.routes import Target

USUAL = 56
"""Bytes of an echo request behind its header."""
PATIENCE, SHORT = 1.0, 0.5
"""Seconds that an answer may take; those while a length is tried."""
PAUSE = 0.2
"""Seconds between two requests."""
HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}
"""Bytes of both headers before what is sent."""
LEAST = {socket.AF_INET: 68, socket.AF_INET6: 1280}
LONGEST = 65535
"""Lengths of packets in bytes."""
RECEIVE_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
IN_ONE_PIECE = {socket.AF_INET: (socket.IPPROTO_IP, 10, 3), socket.AF_INET6: (socket.IPPROTO_IPV6, 23, 3)}
"""Options of Linux that Python has no names for."""
_HEADER = struct.Struct(">BBHHH")


class Link:
    """A socket that sends echo requests to one host."""

    def __init__(self, one: socket.socket, raw: bool) -> None:
        self.socket = one
        self._raw = raw
        self._mark = os.urandom(8)
        self._number = 0

    def echo(self, length: int, limit: float) -> float:
        """Seconds until the answer to a request with `length` bytes. Raises TimeoutError, OSError."""
        self._number += 1
        began = time.monotonic()
        self.socket.send(self._request(length))
        while (left := began + limit - time.monotonic()) > 0:
            self.socket.settimeout(left)
            if self._is_answer(self.socket.recv(LONGEST)):
                return time.monotonic() - began
        raise TimeoutError

    def _request(self, length: int) -> bytes:
        six = self.socket.family == socket.AF_INET6
        text = (self._mark * (length // 8 + 1))[:length]
        kind = 128 if six else 8
        plain = _HEADER.pack(kind, 0, 0, _number(self._mark), self._number) + text
        checked = 0 if six else _checksum(plain)  # the kernel does that for IPv6
        return _HEADER.pack(kind, 0, checked, _number(self._mark), self._number) + text

    def _is_answer(self, packet: bytes) -> bool:
        six = self.socket.family == socket.AF_INET6
        if self._raw and not six:
            packet = packet[(packet[0] & 15) * 4:]
        if len(packet) < _HEADER.size:
            return False
        kind, _, _, _, number = _HEADER.unpack_from(packet)
        return kind == (129 if six else 0) and number == self._number and packet[_HEADER.size:][:8] == self._mark


def _number(mark: bytes) -> int:
    return int.from_bytes(mark[:2], "big")


def _checksum(data: bytes) -> int:
    """As RFC 1071 has it."""
    total: int = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@contextmanager
def link(to: Target, device: str = "") -> Iterator[Link]:
    """A link to a host, through a device if one is named. Raises ServiceRefused, OSError."""
    with _opened(to.family) as one:
        one.setsockopt(*RECEIVE_ERRORS[to.family], 1)
        one.setsockopt(*IN_ONE_PIECE[to.family])
        routes.bind(one, device)
        one.connect((to.address, 0))
        yield Link(one, one.type == socket.SOCK_RAW)


def _opened(family: socket.AddressFamily) -> socket.socket:
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol)
        except PermissionError:
            continue
    raise ServiceRefused("The box may not send echo requests (ICMP) here.",
                         "boxmgmtd may, where it is deployed; others may where net.ipv4.ping_group_range allows it.")


def echo(host: str, count: int, done: Callable[[int], None]) -> Echoes:
    """Send requests, and find out how long a packet may be if they are answered.

    Raises ServerUnreachable, ServiceRefused.
    """
    to = routes.found(host)
    route = routes.route(to)
    answers, reason = [], ""
    with link(to) as one:
        for number in range(count):
            time.sleep(PAUSE if number else 0)
            try:
                answers.append(round(1000 * one.echo(USUAL, PATIENCE), 1))
            except TimeoutError:
                reason = "not every request is answered" if answers else "nothing answers"
            except OSError as problem:
                reason = (problem.strerror or "it broke off").lower()
            done(number + 1)
        return Echoes(route, count, tuple(answers), _longest(one, to.family) if answers else None, reason)


def _longest(one: Link, family: socket.AddressFamily) -> int:
    """The length in bytes of the longest packet that is answered in one piece."""
    fits, not_any_more = LEAST[family] - 1, LONGEST + 1
    while not_any_more - fits > 1:
        middle = (fits + not_any_more) // 2
        if _passes(one, middle - HEADERS[family]):
            fits = middle
        else:
            not_any_more = middle
    return fits


def _passes(one: Link, length: int) -> bool:
    try:
        one.echo(length, SHORT)
        return True
    except OSError:  # it is too long for the way, or nothing came back
        return False
