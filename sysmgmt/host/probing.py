"""Trying ports: TCP by connecting, UDP by sending what such a service answers; without a port, an echo request."""

import socket
import time
from collections.abc import Callable, Sequence

from sysmgmt.domain import dns, usm
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.port_tables import ICMP, TCP, UDP
from sysmgmt.domain.probes import CLOSED, FILTERED, NO_NAME, OPEN, UNCLEAR, PortFinding, Probe
from sysmgmt.host import echoes, routes
from sysmgmt.host.echoes import Link
from sysmgmt.host.routes import Target

AT_ONCE = 32
"""Probes that are under way at a time."""
PATIENCE, AGAIN = 3.0, 1.0
"""Seconds that a connection may take, and after which a datagram is sent again, once."""
SILENT = "nothing answers"
WORDS = {53: dns.query(1, "localhost", dns.A), 123: b"\x23" + bytes(47), 161: usm.DISCOVERY}
"""What a service on a UDP port answers whoever asks: DNS, NTP, and SNMPv3 (its engine). Others are sent nothing."""


def probe(probes: Sequence[Probe], done: Callable[[int], None]) -> list[PortFinding]:
    """Try all, some at a time."""
    from concurrent.futures import ThreadPoolExecutor  # most commands speak to nobody

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        where = dict(zip(hosts := sorted({one.host for one in probes}), crowd.map(_resolved, hosts), strict=True))
        under_way = [crowd.submit(_tried, one, where[one.host]) for one in probes]
        found = []
        for one in under_way:
            found.append(one.result())
            done(len(found))
    return found


def _resolved(host: str) -> Target | None:
    try:
        return routes.target(host)
    except (OSError, UnicodeError):
        return None


def _tried(one: Probe, to: Target | None) -> PortFinding:
    if to is None:
        return PortFinding(NO_NAME, "its name is not known")
    began = time.monotonic()
    verdict, reason, source = TRIES[one.protocol](to, one)
    took = round(1000 * (time.monotonic() - began), 1) if verdict in (OPEN, CLOSED) else None
    return PortFinding(verdict, reason, to.address, source, took)


def _connect(to: Target, one: Probe) -> tuple[str, str, str]:
    with socket.socket(to.family, socket.SOCK_STREAM) as link:
        link.settimeout(PATIENCE)
        try:
            routes.bind(link, one.device)
            link.connect((to.address, one.port))
            verdict = OPEN, ""
        except ConnectionRefusedError:
            verdict = CLOSED, "it refuses connections"
        except OSError as problem:
            verdict = FILTERED, _words(problem)
        return *verdict, _source(link)


def _send(to: Target, one: Probe) -> tuple[str, str, str]:
    with socket.socket(to.family, socket.SOCK_DGRAM) as link:
        link.settimeout(AGAIN)
        verdict = UNCLEAR, f"{SILENT}, so it is open and silent, or filtered"
        try:
            routes.bind(link, one.device)
            link.connect((to.address, one.port))
            if _answered(link, WORDS.get(one.port, b"")):
                verdict = OPEN, ""
        except ConnectionRefusedError:
            verdict = CLOSED, "nothing listens there"
        except OSError as problem:
            verdict = FILTERED, _words(problem)
        return *verdict, _source(link)


def _answered(link: socket.socket, words: bytes) -> bool:
    """Whether anything answers to a datagram, or to a second one. Raises OSError."""
    for _ in range(2):
        link.send(words)
        try:
            link.recv(1)
            return True
        except TimeoutError:
            continue
    return False


def _ask(to: Target, one: Probe) -> tuple[str, str, str]:
    """Whether an echo request is answered."""
    try:
        with echoes.link(to, one.device) as link:
            return *_echoed(link), _source(link.socket)
    except ServiceRefused:
        return UNCLEAR, "the box may not send echo requests here", ""
    except OSError as problem:
        return FILTERED, _words(problem), ""


def _echoed(link: Link) -> tuple[str, str]:
    for _ in range(2):
        try:
            link.echo(echoes.USUAL, AGAIN)
            return OPEN, ""
        except TimeoutError:
            continue
    return FILTERED, SILENT


def _source(link: socket.socket) -> str:
    """The address of the box that was used; "" where there is no way, and so none was."""
    address = str(link.getsockname()[0])
    return "" if address in ("0.0.0.0", "::") else address


def _words(problem: OSError) -> str:
    """Why nothing came back."""
    return SILENT if isinstance(problem, TimeoutError) else (problem.strerror or "it broke off").lower()


TRIES = {TCP: _connect, UDP: _send, ICMP: _ask}
