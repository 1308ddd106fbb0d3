"""Which way the machine sends to an address, as the kernel shows it: no program is asked."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain.diagnostics import Route
from sysmgmt.domain.errors import ServerUnreachable

IPV4, IPV6 = (f"/proc/thread-self/net/{name}" for name in ("route", "ipv6_route"))
UP, REJECTS = 0x1, 0x200
"""Flags of a route."""


class Target(NamedTuple):
    """Where a host is."""

    host: str
    family: socket.AddressFamily
    address: str


class _Way(NamedTuple):
    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    gateway: str
    interface: str
    metric: int


def target(host: str) -> Target:
    """Where a host is. Raises OSError, UnicodeError."""
    family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0]
    return Target(host, family, str(place[0]))


def found(host: str) -> Target:
    """Where a host is. Raises ServerUnreachable."""
    try:
        return target(host)
    except (OSError, UnicodeError):
        raise ServerUnreachable(server=host, reason="its name is not known") from None


def bind(one: socket.socket, device: str) -> None:
    """Have a socket send through a device only, if one is named. Raises OSError."""
    if device:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")


def route(to: Target) -> Route:
    """Which way the machine sends there. Raises ServerUnreachable."""
    with socket.socket(to.family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((to.address, 9))  # sends nothing
        except OSError as problem:
            raise ServerUnreachable(server=to.host, reason=(problem.strerror or "there is no way").lower()) from None
        source = str(probe.getsockname()[0])
    way = _best(ipaddress.ip_address(to.address.partition("%")[0]))
    if way is None:
        return Route(to.host, to.address, source)
    return Route(to.host, to.address, source, way.interface, way.gateway)


def _best(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> _Way | None:
    """The narrowest route, of several the one with the least metric."""
    if address.is_loopback:
        return _Way(ipaddress.ip_network(str(address)), "", "lo", 0)
    ways = (one for one in (_ways4() if address.version == 4 else _ways6()) if address in one.network)
    return min(ways, key=lambda one: (-one.network.prefixlen, one.metric), default=None)


def _ways4() -> Iterator[_Way]:
    for line in _lines(IPV4)[1:]:
        name, to, gateway, flags, _, _, metric, mask = line.split()[:8]
        if int(flags, 16) & (UP | REJECTS) == UP:
            network = ipaddress.IPv4Network((_swapped(to), str(ipaddress.IPv4Address(_swapped(mask)))))
            via = _swapped(gateway)
            yield _Way(network, str(ipaddress.IPv4Address(via)) if via else "", name, int(metric))


def _swapped(text: str) -> int:
    """The kernel shows an address as a number of the machine."""
    return int.from_bytes(int(text, 16).to_bytes(4, sys.byteorder), "big")


def _ways6() -> Iterator[_Way]:
    for line in _lines(IPV6):
        to, length, _, _, gateway, metric, _, _, flags, name = line.split()
        if int(flags, 16) & (UP | REJECTS) == UP:
            network = ipaddress.IPv6Network((int(to, 16), int(length, 16)))
            via = int(gateway, 16)
            yield _Way(network, str(ipaddress.IPv6Address(via)) if via else "", name, int(metric, 16))


def _lines(path: str) -> list[str]:
    with suppress(OSError), open(path, encoding="ascii") as file:
        return file.read().splitlines()
    return []
