"""What TLS a listener really accepts, asked of itself: one handshake for each version and suite (A02-A05, A14, A15).

The first message is ours and not a library's, so that SSL 3.0, RC4 and whatever else this
machine's own OpenSSL would refuse to ask for is asked for as well.
"""

import os
import socket
import ssl
import struct
import time
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

CODES = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.2": 0x0303, "TLS 1.3": 0x0304}
FORGOTTEN = {
    0x0001: "NULL-MD5", 0x0002: "NULL-SHA", 0x0003: "EXP-RC4-MD5", 0x0004: "RC4-MD5", 0x0005: "RC4-SHA",
    0x0006: "EXP-RC2-CBC-MD5", 0x0007: "IDEA-CBC-SHA", 0x0008: "EXP-DES-CBC-SHA", 0x0009: "DES-CBC-SHA",
    0x000A: "DES-CBC3-SHA", 0x0014: "EXP-EDH-RSA-DES-CBC-SHA", 0x0015: "EDH-RSA-DES-CBC-SHA",
    0x0016: "DHE-RSA-DES-CBC3-SHA", 0x0017: "EXP-ADH-RC4-MD5", 0x0018: "ADH-RC4-MD5", 0x001B: "ADH-DES-CBC3-SHA",
    0x0096: "SEED-SHA", 0x009A: "DHE-RSA-SEED-SHA", 0xC007: "ECDHE-ECDSA-RC4-SHA",
    0xC008: "ECDHE-ECDSA-DES-CBC3-SHA", 0xC011: "ECDHE-RSA-RC4-SHA", 0xC012: "ECDHE-RSA-DES-CBC3-SHA",
    0xC016: "AECDH-RC4-SHA", 0xC017: "AECDH-DES-CBC3-SHA",
}
"""Suites that the OpenSSL of today does not know any more, and old servers do."""
PATIENCE = 2.0
"""Seconds that one handshake may take."""
GROUPS = (29, 23, 24, 25, 30, 256, 257)
SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501,
              0x0601, 0x0303, 0x0301, 0x0203, 0x0201)
HANDSHAKE, CLIENT_HELLO, SERVER_HELLO, ALERT, WARNING = 22, 1, 2, 21, 1


class Place(NamedTuple):
    """Where something listens."""

    address: str
    port: int


class Silent(Exception):
    """Nothing answers there, or not in time."""


@cache
def names() -> dict[int, str]:
    """All suites by their code, as OpenSSL spells them; those of TLS 1.3 begin with TLS_."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    known = {one["id"] & 0xFFFF: str(one["name"]) for one in context.get_ciphers()}
    return {**known, 0x1304: "TLS_AES_128_CCM_SHA256", 0x1305: "TLS_AES_128_CCM_8_SHA256", **FORGOTTEN}


def accepted(place: Place, limit: float = 20.0) -> dict[str, tuple[str, ...]]:
    """What `place` accepts: by version, the suites in the order of the server's choice.

    Raises Silent where nothing listens, or where asking took more than `limit` seconds.
    """
    deadline = time.monotonic() + limit
    _connect(place).close()
    return {version: suites for version in CODES if (suites := tuple(_suites(place, version, deadline)))}


def speaks(place: Place, version: str) -> bool:
    """Whether a version is accepted at all. Raises Silent."""
    return _chosen(place, version, _candidates(version)) is not None


def certificate(place: Place) -> bytes | None:
    """The certificate (DER) that is shown there; None where every handshake is refused. Raises Silent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # looks at it, and sends nothing: no trust is needed
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with _connect(place) as connection, context.wrap_socket(connection) as wrapped:
            return wrapped.getpeercert(binary_form=True)
    except ssl.SSLError:
        return None
    except OSError:
        raise Silent from None


def _candidates(version: str) -> list[int]:
    return [code for code, name in names().items() if name.startswith("TLS_") == (version == "TLS 1.3")]


def _suites(place: Place, version: str, deadline: float) -> Iterator[str]:
    left = _candidates(version)
    while left and (chosen := _chosen(place, version, left)) is not None:
        if time.monotonic() > deadline:
            raise Silent
        left.remove(chosen)
        yield names()[chosen]


def _chosen(place: Place, version: str, suites: Sequence[int]) -> int | None:
    """The suite that the server takes of those; None if it takes none, or not with that version."""
    try:
        with _connect(place) as connection:
            connection.sendall(hello(CODES[version], suites))
            return _answer(connection, CODES[version], suites)
    except ConnectionError:
        return None
    except OSError:
        raise Silent from None


def _connect(place: Place) -> socket.socket:
    try:
        return socket.create_connection(place, timeout=PATIENCE)
    except OSError:
        raise Silent from None


def hello(version: int, suites: Sequence[int]) -> bytes:
    """A ClientHello that offers one version and these suites.

    For TLS 1.3 it brings no key: the server names its choice all the same, in the wish for one.
    """
    offered = b"".join(struct.pack(">H", one) for one in suites)
    body = struct.pack(">H", min(version, CODES["TLS 1.2"])) + os.urandom(32) + _sized(os.urandom(32), 1)
    body += _sized(offered, 2) + b"\x01\x00"
    if version > CODES["SSL 3.0"]:
        body += _sized(b"".join(_extensions(version)), 2)
    message = bytes([CLIENT_HELLO]) + _sized(body, 3)
    return bytes([HANDSHAKE]) + struct.pack(">H", min(version, CODES["TLS 1.0"])) + _sized(message, 2)


def _extensions(version: int) -> Iterator[bytes]:
    yield struct.pack(">H", 10) + _sized(_sized(struct.pack(f">{len(GROUPS)}H", *GROUPS), 2), 2)
    yield struct.pack(">H", 11) + _sized(_sized(b"\x00", 1), 2)
    yield struct.pack(">H", 13) + _sized(_sized(struct.pack(f">{len(SIGNATURES)}H", *SIGNATURES), 2), 2)
    yield struct.pack(">H", 0xFF01) + _sized(b"\x00", 2)
    if version == CODES["TLS 1.3"]:
        yield struct.pack(">H", 43) + _sized(_sized(struct.pack(">H", version), 1), 2)
        yield struct.pack(">H", 51) + _sized(_sized(b"", 2), 2)


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _answer(connection: socket.socket, version: int, suites: Sequence[int]) -> int | None:
    while True:
        kind, record = _record(connection)
        if kind == ALERT and record[:1] == bytes([WARNING]):
            continue
        if kind != HANDSHAKE or record[:1] != bytes([SERVER_HELLO]) or len(record) < 40:
            return None
        spoken = int.from_bytes(record[4:6], "big")
        chosen = int.from_bytes(record[39 + record[38]:41 + record[38]], "big")
        # A server that speaks TLS 1.3 says 1.2 here, and 1.3 suites are taken with 1.3 alone.
        return chosen if chosen in suites and spoken == min(version, CODES["TLS 1.2"]) else None


def _record(connection: socket.socket) -> tuple[int, bytes]:
    """One record. Raises ConnectionError where there is none."""
    head = _exactly(connection, 5)
    return head[0], _exactly(connection, int.from_bytes(head[3:5], "big"))


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError
        data += chunk
    return data
