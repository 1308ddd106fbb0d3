"""How often a password would be hashed to open a file: looked up before it is done.

OpenSSL does it in one go, and nothing else of this process runs meanwhile. What is seen is what
stands outside of anything encrypted; a file that is not in DER could hide it, and is refused.
"""

import base64
import re
from collections.abc import Iterator
from itertools import takewhile
from math import prod
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue

MOST = 3_000_000
"""A few seconds; programs that write such files use some thousand to one million."""
HEAVIER = 8
"""By how much the work of scrypt counts more, which takes memory too (N * r * p): as much as OpenSSL's own bound."""
OCTETS, INTEGER, SEQUENCE, CONSTRUCTED = 0x04, 0x02, 0x30, 0x20
INDEFINITE = 0x80
DEEPEST = 24
_ENCRYPTED = re.compile(rb"-----BEGIN ENCRYPTED [A-Z]+ KEY-----([A-Za-z0-9+/=\s]*)-----END")


class Element(NamedTuple):
    """One element of a structure in DER."""

    tag: int
    content: bytes


def check(data: bytes) -> None:
    """Raise InvalidValue for PKCS#12, or a key in PEM or DER, whose password takes too long to try."""
    encrypted = _ENCRYPTED.findall(data)
    if len(encrypted) != data.count(b"-----BEGIN ENCRYPTED"):
        raise InvalidValue(what="The encrypted private key has more in it than the key; write it anew, as openssl "
                           "pkcs8 -topk8 does")
    # Together: a file may hold any number of parts, and each is decrypted.
    if sum(sum(_efforts(der, DEEPEST)) for der in [_decoded(one) for one in encrypted] or [data]) > MOST:
        raise InvalidValue(what=f"The password of this file is hashed more than {MOST} times; write it with less")


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"==")
    except ValueError:
        raise InvalidValue(what="The encrypted private key is not spelled right") from None


def _efforts(der: bytes, depth: int) -> Iterator[int]:
    """How often a password is hashed with each salt, as deep as the structure can be seen. What is no DER has none."""
    found = list(_elements(der)) if depth else []
    for place, one in enumerate(found):
        if one.tag == OCTETS:
            behind = takewhile(lambda each: each.tag == INTEGER and len(each.content) <= 8, found[place + 1:place + 4])
            yield _effort([int.from_bytes(each.content, "big") for each in behind])
        if one.tag & CONSTRUCTED or one.tag == OCTETS and one.content[:1] == bytes([SEQUENCE]):
            yield from _efforts(one.content, depth - 1)


def _effort(numbers: list[int]) -> int:
    """What the numbers behind a salt mean: those of scrypt are three, of others the first one counts."""
    return HEAVIER * prod(numbers) if len(numbers) > 2 else sum(numbers[:1])


def _elements(der: bytes) -> Iterator[Element]:
    """The elements that stand one behind the other. Raises InvalidValue for forms that DER does not have."""
    place = 0
    while place + 2 <= len(der):
        tag, length, place = der[place], der[place + 1], place + 2
        if length == INDEFINITE and tag & CONSTRUCTED or tag == OCTETS | CONSTRUCTED:
            raise InvalidValue(what="The file is not written in DER; write it anew, as openssl pkcs12 -export does")
        if length & 0x80:
            size = length & 0x7F
            length, place = int.from_bytes(der[place:place + size], "big"), place + size
        end = place + length
        if end > len(der):
            return
        yield Element(tag, der[place:end])
        place = end
