"""What partners say to each other: one line each way, the one who connects first (R132, R217-R218).

The line is a SHA-256 checksum of what follows it, a blank, and a JSON object of exactly the fields
of a Message. With TLS the checksum adds nothing; without it, it notices damage and no forgery.
"""

import hashlib
import hmac
import json
from typing import Any, NamedTuple

LONGEST = 2048
"""Bytes of a line, at most."""
LONGEST_TEXT = 64
"""Characters of a text in it, at most."""


class Message(NamedTuple):
    """What a box says of itself: `level` is its security level, `time` seconds since 1970 by its clock."""

    name: str
    version: str
    level: str
    communication_level: str
    time: float


class Proof(NamedTuple):
    """That with which a box proves who it is: certificate and private key (PEM); the TLS that it speaks at least."""

    certificate: str
    key: str
    tls_minimum: str


class Heard(NamedTuple):
    """What a partner has answered, at which address, and over which TLS ("" without); `took` is in seconds."""

    message: Message
    address: str
    tls: str
    suite: str
    took: float


def written(message: Message) -> bytes:
    """A message as a line."""
    body = json.dumps(message._asdict()).encode()
    return _checksum(body) + b" " + body + b"\n"


def read(line: bytes) -> Message:
    """A line as a message. Raises ValueError with the reason."""
    checksum, _, body = line.removesuffix(b"\n").partition(b" ")
    if not hmac.compare_digest(checksum, _checksum(body)):
        raise ValueError("what it said is not in the language of partners, or was damaged on its way")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.keys() != set(Message._fields):
        raise ValueError("what it said has not the fields that partners tell each other")
    name, version, level, communication_level = (_text(found[field]) for field in Message._fields[:-1])
    return Message(name, version, level, communication_level, _moment(found["time"]))


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError("what it said has a field that is no short text")
    return value


def _moment(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value < 1e11:
        raise ValueError("what it said has a time that is none")
    return float(value)
