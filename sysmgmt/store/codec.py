"""Frozen values of `domain.model` <-> documents of TinyDB, generically and strictly.

A field that equals its default is left out; tuples are lists. The first field is the key. Every
field of `State` that holds records is a table.
"""

from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from sysmgmt.domain.errors import StateDamaged
from sysmgmt.domain.model import State
from sysmgmt.domain.records import Records

_shapes: Mapping[str, Any] = State.__annotations__
TABLES: Mapping[str, type] = {table: get_args(shape)[0] for table, shape in _shapes.items()
                              if get_origin(shape) is Records}
"""By table, which is a field of `State`, the values in it."""

Reader = Callable[[Any], Any]

LARGEST = 2 ** 63
"""No count, size or time in seconds reaches this."""


def key(table: str) -> str:
    """The field that names a document of `table`."""
    fields: tuple[str, ...] = TABLES[table]._fields  # type: ignore[attr-defined]
    return fields[0]


def encode(value: Any) -> dict[str, Any]:
    """The document of a named tuple."""
    defaults = value._field_defaults
    return {field: _plain(item) for field, item in zip(value._fields, value, strict=True)
            if field not in defaults or item != defaults[field]}


def _plain(item: Any) -> Any:
    if not isinstance(item, tuple):
        return item
    return encode(item) if hasattr(item, "_fields") else [_plain(one) for one in item]


def decoder(table: str, kind: type) -> Callable[[Any], Any]:
    """What makes a value of a document; it raises StateDamaged."""
    read = _record(kind)

    def decode(document: Any) -> Any:
        try:
            return read(document)
        except ValueError as problem:
            raise StateDamaged(what=f"a document of the table {table}: {problem}") from None
    return decode


def _record(kind: Any) -> Reader:
    def read(document: Any) -> Any:
        if type(document) is not dict:
            raise ValueError("it is not a document")
        readers, required = _fields(kind)
        if not (document.keys() <= readers.keys() and required <= document.keys()):
            fields = (document.keys() - readers.keys()) | (required - document.keys())
            raise ValueError(f"the fields {ascii(sorted(fields))} are unknown or missing")
        return kind(**{field: readers[field](item) for field, item in document.items()})
    return read


@cache
def _fields(kind: Any) -> tuple[Mapping[str, Reader], frozenset[str]]:
    """What reads each field, and which fields must be there; made for the first value of a kind: most have none."""
    return ({field: _named(field, _reader(shape)) for field, shape in kind.__annotations__.items()},
            frozenset(kind._fields) - frozenset(kind._field_defaults))


def _named(field: str, read: Reader) -> Reader:
    def named(item: Any) -> Any:
        try:
            return read(item)
        except ValueError as problem:
            raise ValueError(f"{field}: {problem}") from None
    return named


def _reader(shape: Any) -> Reader:
    if hasattr(shape, "_fields"):
        return _record(shape)
    if get_origin(shape) is Annotated:
        return _reader(get_args(shape)[0])
    if get_origin(shape) is tuple:
        return _list(_reader(get_args(shape)[0]))
    if get_args(shape):
        return _optional([_reader(one) for one in get_args(shape) if one is not NoneType][0])
    return SPECIAL.get(shape) or _plainly(shape)


def _plainly(kind: type) -> Reader:
    def read(item: Any) -> Any:
        if type(item) is not kind:
            raise ValueError(f"it is no {kind.__name__}")
        return item
    return read


def _whole(item: Any) -> int:
    if type(item) is not int or abs(item) >= LARGEST:
        raise ValueError("it is no number")
    return item


def _number(item: Any) -> float:
    if type(item) not in (int, float) or abs(item) >= LARGEST or not isfinite(item):
        raise ValueError("it is no number")
    return float(item)


SPECIAL: Mapping[type, Reader] = {int: _whole, float: _number}


def _list(read: Reader) -> Reader:
    def read_all(items: Any) -> tuple[Any, ...]:
        if type(items) is not list:
            raise ValueError("it is no list")
        return tuple(map(read, items))
    return read_all


def _optional(read: Reader) -> Reader:
    return lambda item: None if item is None else read(item)
