"""What the box tells by SNMP, by the numbers of the file BOXMGMT-MIB.txt."""

from collections.abc import Iterator, Mapping
from typing import Any

ROOT = (1, 3, 6, 1, 4, 1, 32473, 1)
_BOX, _CONDITIONS, _EVENT = (*ROOT, 1, 1), (*ROOT, 1, 2, 1), (*ROOT, 1, 3)
EVENT, EVENT_OVER, TEST = ((*ROOT, 0, number) for number in (1, 2, 3))
"""Notifications: something happened or begins, something is over, a test."""
STATUS = {"ok": 1, "attention": 2, "unknown": 3}
TEXT, NUMBER, STATE = "string", "gauge", "integer"
SHORT, LONG = 255, 1024
"""Bytes of a text."""

Oid = tuple[int, ...]
Value = tuple[str, str]
"""The type, as Net-SNMP calls it, and the value."""
_OF_BOX = ((1, "name", TEXT), (2, "version", TEXT), (3, "id", TEXT), (4, "status", STATE), (5, "users", NUMBER),
           (6, "locked_users", NUMBER), (7, "sessions", NUMBER), (8, "audit_records", NUMBER),
           (9, "audit_head", TEXT), (10, "last_event", NUMBER))
_COUNT, _TOLD = 11, 12
_OF_CONDITION = ((2, "kind", SHORT), (3, "subject", SHORT), (4, "level", SHORT), (5, "since", SHORT),
                 (6, "details", LONG))
_OF_EVENT = ((2, "time", SHORT), (4, "name", SHORT), (5, "level", SHORT), (6, "scope", SHORT), (7, "topic", SHORT),
             (8, "form", SHORT), (9, "user", SHORT), (10, "summary", LONG), (11, "details", LONG), (12, "action", LONG))


def written(oid: Oid) -> str:
    """An object identifier as Net-SNMP writes it."""
    return "".join(f".{one}" for one in oid)


def text(value: object, most: int = SHORT) -> str:
    """A text that fits: in one line, and not longer than `most` bytes."""
    plain = "".join(one if one.isprintable() else " " for one in str(value or ""))
    return plain.encode(errors="replace")[:most].decode(errors="ignore")


def objects(facts: Mapping[str, Any]) -> dict[Oid, Value]:
    """What an agent answers, in the order of the identifiers. `facts` has a name for each object."""
    conditions = facts.get("conditions", ())
    found: dict[Oid, Value] = {(*_BOX, number, 0): (kind, str(facts[name]) if kind != TEXT else text(facts[name]))
                               for number, name, kind in _OF_BOX if name in facts}
    found[(*_BOX, _COUNT, 0)] = NUMBER, str(len(conditions))
    found[(*_BOX, _TOLD, 0)] = TEXT, text(facts.get("told_at"))
    for column, name, most in _OF_CONDITION:
        for row, one in enumerate(conditions, 1):
            found[(*_CONDITIONS, column, row)] = TEXT, text(one.get(name), most)
    return found


def of_event(record: Mapping[str, Any]) -> Iterator[tuple[Oid, Value]]:
    """What a notification of an event carries."""
    yield (*_EVENT, 1, 0), ("u", str(record["seq"]))
    yield (*_EVENT, 3, 0), ("u", str(record.get("id", 0)))
    for number, name, most in _OF_EVENT:
        yield (*_EVENT, number, 0), ("s", text(record.get(name), most))


def of_box(name: str) -> tuple[Oid, Value]:
    """Which box notifies."""
    return (*_BOX, 1, 0), ("s", text(name))
