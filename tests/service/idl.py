"""Varlink's interface descriptions, read strictly as https://varlink.org/Interface-Definition says."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

INTERFACE = re.compile(r"[A-Za-z](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)+")
NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
FIELD = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")
TOKEN = re.compile(r"\s+|#[^\n]*|->|\[string\]|\[\]|[?():,]|[A-Za-z0-9_.-]+")
PLAIN: Mapping[str, type | tuple[type, ...]] = {"bool": bool, "int": int, "float": (int, float), "string": str,
                                                "object": dict}
Fields = dict[str, "Kind"]


class Kind(NamedTuple):
    """A type: what stands before it (`?`, `[]`, `[string]`), then a plain name or the fields of a struct."""

    marks: tuple[str, ...]
    of: str | Fields


class Described(NamedTuple):
    """An interface: what each method takes and gives, what each error tells."""

    interface: str
    methods: dict[str, tuple[Fields, Fields]]
    errors: dict[str, Fields]


class Reader:
    """Reads a description from its beginning to its end. Raises AssertionError where it is none."""

    def __init__(self, text: str) -> None:
        self._tokens = []
        place = 0
        while place < len(text):
            found = TOKEN.match(text, place)
            assert found, text[place:place + 20]
            place = found.end()
            if not found[0].isspace() and not found[0].startswith("#"):
                self._tokens.append(found[0])

    def described(self) -> Described:
        """The whole of it."""
        self._take("interface")
        found = Described(self._named(INTERFACE), {}, {})
        while self._tokens:
            keyword, name = self._next(), self._named(NAME)
            assert name not in found.methods and name not in found.errors
            if keyword == "method":
                given = self._fields()
                self._take("->")
                found.methods[name] = given, self._fields()
            else:
                assert keyword == "error", keyword
                found.errors[name] = self._fields()
        return found

    def _fields(self) -> Fields:
        self._take("(")
        fields: Fields = {}
        while self._tokens[0] != ")":
            name = self._named(FIELD)
            self._take(":")
            fields[name] = self._kind()
            assert self._tokens[0] == ")" or (self._next() == "," and self._tokens[0] != ")")
        self._take(")")
        return fields

    def _kind(self) -> Kind:
        marks = []
        while self._tokens[0] in ("?", "[]", "[string]"):
            marks.append(self._next())
        if self._tokens[0] == "(":
            return Kind(tuple(marks), self._fields())
        assert self._tokens[0] in PLAIN, self._tokens[0]
        return Kind(tuple(marks), self._next())

    def _next(self) -> str:
        return self._tokens.pop(0)

    def _take(self, wanted: str) -> None:
        assert self._next() == wanted

    def _named(self, wanted: "re.Pattern[str]") -> str:
        found = self._next()
        assert wanted.fullmatch(found), found
        return found


def fits(value: Any, kind: Kind) -> bool:
    """Whether a value is of a type."""
    if not kind.marks:
        if isinstance(kind.of, dict):
            return all_fit(value, kind.of)
        return isinstance(value, PLAIN[kind.of]) and (kind.of == "bool") == isinstance(value, bool)
    first, rest = kind.marks[0], Kind(kind.marks[1:], kind.of)
    if first == "?":
        return value is None or fits(value, rest)
    if first == "[]":
        return isinstance(value, list) and all(fits(one, rest) for one in value)
    return isinstance(value, dict) and all(fits(one, rest) for one in value.values())


def all_fit(values: Any, fields: Fields) -> bool:
    """Whether an object has these fields, each of its type, and no other."""
    return isinstance(values, dict) and set(values) <= set(fields) and all(
        fits(values.get(name), kind) for name, kind in fields.items())
