"""What a name means: to the machine itself, and to each name server that is asked directly."""

import os
import socket
import time

from sysmgmt.domain import dns
from sysmgmt.domain.diagnostics import NameAnswer, NameFound
from sysmgmt.domain.dns import Said
from sysmgmt.host import connections

PORT = 53
PATIENCE = 2.0
"""Seconds that a server may take for one question, and as long again where its answer comes over TCP."""
SERVERS = "/etc/resolv.conf"
MOST = 3
"""Servers of the machine that are asked, as the resolver does."""


def look_up(name: str, server: str) -> NameFound:
    """What a name or an address means; `server` "" asks all that the machine knows."""
    servers = [server] if server else known()
    return NameFound(name, tuple(_resolved(name)), tuple(_answer(one, name) for one in servers))


def known() -> list[str]:
    """The name servers of the machine."""
    try:
        with open(SERVERS, encoding="utf-8", errors="replace") as file:
            words = [line.split() for line in file]
    except OSError:
        return []
    return [one[1] for one in words if len(one) > 1 and one[0] == "nameserver"][:MOST]


def _resolved(name: str) -> list[str]:
    try:
        if dns.asked_for(name)[0][1] == dns.PTR:
            return [socket.getnameinfo((name, 0), socket.NI_NAMEREQD)[0]]
        return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError):
        return []


def _answer(server: str, name: str) -> NameAnswer:
    began, said = time.monotonic(), []
    try:
        for asked, kind in dns.asked_for(name):
            said.append(_asked(server, dns.query(int.from_bytes(os.urandom(2), "big"), asked, kind)))
    except TimeoutError:
        return NameAnswer(server, "nothing answers")
    except OSError as problem:
        return NameAnswer(server, (problem.strerror or "it cannot be reached").lower())
    except ValueError as problem:
        return NameAnswer(server, str(problem))
    took = round(1000 * (time.monotonic() - began), 1)
    values = tuple(value for one in said for value in one.values)
    code = max(one.code for one in said)
    verdict = dns.VERDICTS.get(code, f"it answers with the code {code}") if code or values else dns.NO_ADDRESS
    return NameAnswer(server, verdict, values, took)


def _asked(server: str, question: bytes) -> Said:
    """What a server says to a question, over TCP if it is much. Raises OSError, ValueError."""
    family, _, _, _, place = socket.getaddrinfo(server, PORT, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.settimeout(PATIENCE)
        link.connect(place)
        link.send(question)
        said = dns.read(link.recv(dns.LONGEST), question)
    return _over_tcp(str(place[0]), question) if said.cut else said


def _over_tcp(address: str, question: bytes) -> Said:
    with socket.create_connection((address, PORT), PATIENCE) as link, connections.bounded(link, PATIENCE), \
            link.makefile("rwb") as stream:
        stream.write(len(question).to_bytes(2, "big") + question)
        stream.flush()
        length = min(int.from_bytes(stream.read(2), "big"), dns.LONGEST)
        answer = stream.read(length)
        if len(answer) < (length or 1):
            raise ValueError("its answer breaks off")
        return dns.read(answer, question)
