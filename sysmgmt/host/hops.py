"""The machines on the way to a host: datagrams that live for so many hops, and who says that one has died."""

import os
import select
import socket
import struct
import sys
import time
from contextlib import ExitStack, suppress
from typing import NamedTuple

from sysmgmt.domain.diagnostics import MOST_HOPS, Hop, Path
from sysmgmt.host import echoes, routes
from sysmgmt.host.routes import Target

AT_ONCE, PATIENCE = 5, 1.0
"""Hops that are asked at a time, and seconds that they have: machines send few of such answers in a second."""
FIRST_PORT = 33434
"""Where nobody listens, as all such programs take it for granted."""
LIFE = {socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL),
        socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)}
DIED = {socket.AF_INET: 11, socket.AF_INET6: 3}
"""The type of the ICMP message that says so."""
REFUSED = 111
_ERROR = struct.Struct("=IBBBBII")
_PLACES = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
"""Where an address lies in a sockaddr."""


class _Told(NamedTuple):
    """Who answered, after how many seconds; `error` is 0 for a machine on the way."""

    address: str
    took: float
    error: int


def path(host: str) -> Path:
    """The way to a host. Raises ServerUnreachable."""
    to = routes.found(host)
    route = routes.route(to)
    told: dict[int, _Told] = {}
    for first in range(1, MOST_HOPS + 1, AT_ONCE):
        told.update(_asked(to, range(first, first + AT_ONCE)))
        if any(one.error for one in told.values()):
            break
    first = min((number for number, one in told.items() if one.error), default=0)
    end = told.get(first)
    arrived = end is not None and end.error == REFUSED
    last = first if arrived else max((number for number, one in told.items() if not one.error), default=0)
    reason = f"{end.address} says: {os.strerror(end.error).lower()}" if end and not arrived else ""
    return Path(route, tuple(_hop(number, told.get(number)) for number in range(1, last + 1)), arrived, reason)


def _hop(number: int, one: _Told | None) -> Hop:
    return Hop(number, one.address, round(1000 * one.took, 1)) if one else Hop(number)


def _asked(to: Target, lives: range) -> dict[int, _Told]:
    """Who answers to datagrams of these lives in time, as far as it matters."""
    told: dict[int, _Told] = {}
    poll = select.poll()
    with ExitStack() as stack:
        began = time.monotonic()
        asked = {}
        for life in lives:
            one = stack.enter_context(socket.socket(to.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
            _send(one, to, life)
            asked[one.fileno()] = life, one
            poll.register(one, 0)  # errors are always told
        while not _complete(told, lives) and (left := began + PATIENCE - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(1000 * left):
                poll.unregister(descriptor)
                life, one = asked[descriptor]
                if found := _heard(one, began):
                    told[life] = found
    return told


def _complete(told: dict[int, _Told], lives: range) -> bool:
    last = min((life for life, one in told.items() if one.error), default=lives[-1])
    return all(life in told for life in lives if life <= last)


def _send(one: socket.socket, to: Target, life: int) -> None:
    one.setsockopt(*echoes.RECEIVE_ERRORS[to.family], 1)
    one.setsockopt(*LIFE[to.family], life)
    with suppress(OSError):  # where the machine itself knows no way, there is nothing to hear
        one.connect((to.address, FIRST_PORT + life))
        one.send(b"")


def _heard(one: socket.socket, began: float) -> _Told | None:
    """Who said what about a datagram."""
    try:
        _, told, _, _ = one.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for _, _, data in told:
        error, _, kind, *_ = _ERROR.unpack_from(data)
        who = data[_ERROR.size:]
        family = socket.AddressFamily(int.from_bytes(who[:2], sys.byteorder))
        if family in _PLACES:
            address = socket.inet_ntop(family, who[_PLACES[family]])
            return _Told(address, time.monotonic() - began, 0 if kind == DIED[family] else error)
    return None
