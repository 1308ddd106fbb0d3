"""The text of the write-ahead journal: a header, then one checksummed line a transaction.

A line is `crc32 json\\n`; the checksum is that of the JSON text, as 8 hexadecimal digits. No JSON
text that is written contains a line feed, so what a crash leaves is a line without its end.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

from sysmgmt.store.files import damaged

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode

Document = dict[str, Any]
Change = tuple[str, int, Document | None]
"""Table, document id, and the document as it is now; None when it was removed."""


class Header(NamedTuple):
    """The first line: the format of the journal and the generation that it builds on."""

    format: int
    base: int


class Entry(NamedTuple):
    """One transaction."""

    generation: int
    changes: Sequence[Change]


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def parse(text: bytes) -> Any:
    """What `text` says in strict JSON. Raises ValueError."""
    try:
        value = json.loads(text.decode("ascii"), parse_constant=_refuse)
        # A half of a surrogate pair is legal JSON that no terminal or file can take.
        if b"\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem


def render(value: Any) -> bytes:
    """`value` in one line of strict JSON. Raises ValueError, TypeError."""
    text = _encode(value)
    if "\\ud" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return text.encode("ascii")


def line(value: Any) -> bytes:
    """The journal line of `value`. Raises ValueError, TypeError."""
    text = render(value)
    return b"%08x %b\n" % (crc32(text), text)


def header(facts: Header) -> bytes:
    """The first line of a journal."""
    return line(facts._asdict())


def read_header(text: bytes, name: str) -> Header:
    """What the first line says. Raises StateDamaged."""
    value = _content(text)
    if not (isinstance(value, dict) and list(value) == ["format", "base"]
            and all(type(number) is int and number >= 0 for number in value.values())):
        raise damaged(name, "line 1 is damaged")
    return Header(**value)


def read_entries(text: bytes, after: int, name: str, first: int) -> tuple[list[Entry], int]:
    """The transactions that follow generation `after`, and the number of bytes that they fill.

    What follows them was torn by a crash, or is just being written. `first` is the number of the
    first line. Raises StateDamaged.
    """
    *whole, rest = text.split(b"\n")
    entries: list[Entry] = []
    size = 0
    for number, one in enumerate(whole):
        entry = _entry(one, after + len(entries) + 1)
        if entry is None:
            last = not rest and number == len(whole) - 1
            if not last or _has_swallowed(one):
                raise damaged(name, f"line {first + number} is damaged")
            return entries, size
        entries.append(entry)
        size += len(one) + 1
    if _has_swallowed(rest):
        raise damaged(name, f"line {first + len(whole)} is damaged")
    return entries, size


def _content(text: bytes) -> Any:
    """The value in a journal line without its end; None where the checksum does not fit."""
    if text[:9] != b"%08x " % crc32(text[9:]):
        return None
    try:
        return parse(text[9:])
    except ValueError:
        return None


def _has_swallowed(text: bytes) -> bool:
    """Whether a whole transaction starts `text` and something follows it: no crash does that."""
    try:
        shown = text[9:].decode("ascii", "replace")
        end = 9 + json.JSONDecoder().raw_decode(shown)[1]
    except (ValueError, RecursionError):
        return False
    return end < len(text) and text[:9] == b"%08x " % crc32(text[9:end])


def _entry(text: bytes, generation: int) -> Entry | None:
    value = _content(text)
    if not (isinstance(value, dict) and list(value) == ["n", "t"] and value["n"] == generation):
        return None
    changes = value["t"]
    if not (isinstance(changes, list) and all(map(_is_change, changes))):
        return None
    return Entry(generation, changes)


def _is_change(value: Any) -> bool:
    return (isinstance(value, list) and len(value) == 3 and type(value[0]) is str
            and type(value[1]) is int and value[1] >= 0 and (value[2] is None or type(value[2]) is dict))
