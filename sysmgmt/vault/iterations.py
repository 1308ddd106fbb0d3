"""How often a password would be hashed to open a file: looked up before it is done.

OpenSSL does it in one go, and nothing else of this process runs meanwhile.
"""

import base64
import re
from collections.abc import Iterator

from sysmgmt.domain.errors import InvalidValue

MOST = 3_000_000
"""A few seconds; programs that write such files use some thousand to one million."""
OCTETS, INTEGER, CONSTRUCTED = 0x04, 0x02, 0x20
DEEPEST = 24
_ENCRYPTED = re.compile(rb"-----BEGIN ENCRYPTED [A-Z]+ KEY-----([A-Za-z0-9+/=\s]*)-----END")


def check(data: bytes) -> None:
    """Raise InvalidValue for PKCS#12, or a key in PEM or DER, whose password takes too long to try."""
    for der in [base64.b64decode(one + b"==") for one in _ENCRYPTED.findall(data)] or [data]:
        if any(one > MOST for one in _counts(der, DEEPEST)):
            raise InvalidValue(what=f"The password of this file is hashed more than {MOST} times; write it with less")


def _counts(der: bytes, depth: int) -> Iterator[int]:
    """The integers that follow a salt, as deep as the structure can be seen. What is no DER has none."""
    before, place = 0, 0
    while depth and (one := _element(der, place)) is not None:
        tag, content, place = one
        if tag == INTEGER and before == OCTETS and len(content) <= 8:
            yield int.from_bytes(content, "big")
        if tag & CONSTRUCTED or tag == OCTETS:
            yield from _counts(content, depth - 1)
        before = tag


def _element(der: bytes, place: int) -> tuple[int, bytes, int] | None:
    """The element that begins at `place`: its tag, its content, and where the next one begins."""
    if place + 2 > len(der):
        return None
    tag, length, place = der[place], der[place + 1], place + 2
    if length & 0x80:
        size = length & 0x7F
        length, place = int.from_bytes(der[place:place + size], "big"), place + size
    end = place + length
    return (tag, der[place:end], end) if 0 < end <= len(der) else None
