"""The text of `state.json`: a plain TinyDB file whose first line seals the rest.

The checksum covers format, generation and everything behind the first line; the form of the
first line and what the checksum covers are the same in every format, for ever.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

from sysmgmt.store.files import damaged
from sysmgmt.store.lines import Change, Document, parse, render

NAME = "state.json"
SEAL = "seal"
"""The table of the first line; no other table may have its name."""

Table = dict[str, Document]
Tables = dict[str, Table]
"""Raw documents by table and, as TinyDB wants it, by the decimal digits of their id."""

Difference = tuple[str, str, Document | None, Document | None]
"""Table, id as TinyDB writes it, document before, document now."""


class Snapshot(NamedTuple):
    """A whole state at one generation, raw."""

    format: int
    generation: int
    tables: Tables


def write(snapshot: Snapshot) -> bytes:
    """The text of the file. Raises ValueError, TypeError."""
    rest = render(snapshot.tables or {"settings": {}})[1:] + b"\n"
    return _seal(snapshot.format, snapshot.generation, rest) + rest


def _seal(format: int, generation: int, rest: bytes) -> bytes:
    crc = crc32(rest, crc32(b"%d %d\n" % (format, generation)))
    seal = {"1": {"format": format, "generation": generation, "crc": f"{crc:08x}"}}
    return f'{{"{SEAL}": {json.dumps(seal)},\n'.encode("ascii")


def read(text: bytes, name: str = NAME) -> Snapshot:
    """What the text of the file says. Raises StateDamaged."""
    first, end, rest = text.partition(b"\n")
    try:
        seal = parse(first[:-1] + b"}")[SEAL]["1"]
        format, generation = seal["format"], seal["generation"]
        fits = type(format) is int and type(generation) is int and _seal(format, generation, rest) == first + end
    except (ValueError, TypeError, KeyError, IndexError):
        raise damaged(name, "line 1 is damaged") from None
    if not fits:
        raise damaged(name, "the checksum does not fit")
    return Snapshot(format, generation, _tables(rest, name))


def _tables(rest: bytes, name: str) -> Tables:
    try:
        value = parse(b"{" + rest)
    except ValueError:
        raise damaged(name, "it is not JSON") from None
    if not (isinstance(value, dict) and value and SEAL not in value and all(map(_is_table, value.values()))):
        raise damaged(name, "it does not hold tables of documents")
    return {table: documents for table, documents in value.items() if documents}


def _is_table(value: Any) -> bool:
    return (isinstance(value, dict)
            and all(type(document) is dict for document in value.values())
            and all(map(_is_id, value)))


def _is_id(text: str) -> bool:
    return text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0")


def apply(tables: Tables, changes: Sequence[Change]) -> list[Difference]:
    """Put `changes` into `tables`; what that changed."""
    differences = []
    for table, number, now in changes:
        differences.append((table, str(number), put(tables, table, str(number), now), now))
    return differences


def put(tables: Tables, table: str, key: str, now: Document | None) -> Document | None:
    """Put one document into `tables`, or remove it; what was there before."""
    documents = tables.setdefault(table, {})
    before = documents.pop(key, None) if now is None else documents.get(key)
    if now is not None:
        documents[key] = now
    elif not documents:
        del tables[table]
    return before
