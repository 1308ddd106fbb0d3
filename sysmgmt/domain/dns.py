"""Questions to name servers and their answers, as they are written on the wire (RFC 1035)."""

import ipaddress
import struct
from collections.abc import Iterator
from typing import NamedTuple

A, PTR, AAAA = 1, 12, 28
INTERNET = 1
WANTS_RECURSION = 0x0100
LONGEST = 4096
"""Bytes of an answer."""
_HEADER = struct.Struct(">HHHHHH")
_RECORD = struct.Struct(">HHIH")
ANSWERED, NO_SUCH_NAME, NO_ADDRESS = "answered", "no such name", "no address"
VERDICTS = {0: ANSWERED, 1: "it does not understand the question", 2: "it failed", 3: NO_SUCH_NAME,
            4: "it does not know such questions", 5: "it refuses to answer"}


class Said(NamedTuple):
    """What a server said: a code of VERDICTS, the values of the records, whether they were cut off."""

    code: int
    values: tuple[str, ...]
    cut: bool = False


def query(number: int, name: str, kind: int) -> bytes:
    """A question. Raises ValueError for a name that cannot be asked for."""
    labels = name.rstrip(".").encode("ascii").split(b".")
    if any(not 0 < len(one) < 64 for one in labels):
        raise ValueError(name)
    asked = b"".join(bytes([len(one)]) + one for one in labels) + b"\0"
    return _HEADER.pack(number, WANTS_RECURSION, 1, 0, 0, 0) + asked + struct.pack(">HH", kind, INTERNET)


def asked_for(name: str) -> tuple[tuple[str, int], ...]:
    """What is asked to learn of a name its addresses, of an address its name."""
    try:
        return ((ipaddress.ip_address(name).reverse_pointer, PTR),)
    except ValueError:
        return (name, A), (name, AAAA)


def read(answer: bytes, question: bytes) -> Said:
    """What an answer to a question says. Raises ValueError for one to another question, or a wrong one."""
    if answer[:2] != question[:2] or len(answer) < _HEADER.size:
        raise ValueError("it answers another question")
    _, flags, questions, records, _, _ = _HEADER.unpack_from(answer)
    if not flags & 0x8000 or questions != 1 or answer[_HEADER.size:len(question)].lower() != question[
            _HEADER.size:].lower():
        raise ValueError("it answers another question")
    kind, = struct.unpack(">H", question[-4:-2])
    try:
        values = tuple(_values(answer, len(question), records, kind))
    except (IndexError, struct.error, UnicodeDecodeError):
        raise ValueError("its answer cannot be read") from None
    return Said(flags & 15, values, bool(flags & 0x0200))


def _values(answer: bytes, place: int, records: int, wanted: int) -> Iterator[str]:
    for _ in range(records):
        _, place = _name(answer, place)
        kind, _, _, length = _RECORD.unpack_from(answer, place)
        place += _RECORD.size
        data = answer[place:place + length]
        if kind == wanted == PTR:
            yield _name(answer, place)[0]
        elif kind == wanted:
            yield str(ipaddress.ip_address(data))
        place += length


def _name(answer: bytes, place: int) -> tuple[str, int]:
    """A name and where it ends; a pointer to an earlier one may be part of it."""
    labels, end = [], 0
    for _ in range(128):  # more are either no name or a circle
        length = answer[place]
        if length >= 0xC0:
            end = end or place + 2
            place = (length & 0x3F) << 8 | answer[place + 1]
        elif length:
            labels.append(answer[place + 1:place + 1 + length].decode("ascii"))
            place += 1 + length
        else:
            return ".".join(labels), end or place + 1
    raise IndexError
