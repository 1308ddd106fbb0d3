"""What differs between two states, field by field, without its secrets: for the audit and for events."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sysmgmt.domain.model import SECRET, State
from sysmgmt.domain.records import Records

BOOKKEEPING = frozenset({"pending", "console_pending", "console_tried_at", "generation"})
"""Fields that every attempt moves; they tell nothing that the other ones do not."""


LOGIN_FIELDS = frozenset({"strikes", "console_strikes", "failed_logins", "last_login_at", "last_login_from"})
"""Fields of an account that logins move: the audit has those as records of their own."""


class Difference(NamedTuple):
    """A field of a stored value that changed; `field` "" is the whole value, which came or went.

    In the place of a secret stands whether there is one.
    """

    table: str
    key: str
    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """As people read it: `accounts bob role: monitor -> admin`."""
        place = " ".join(filter(None, (self.table, self.key, self.field)))
        if self.field:
            return f"{place}: {_shown(self.before)} -> {_shown(self.after)}"
        return f"{place} {'was added' if self.before is None else 'was removed'}"


def between(old: State, new: State) -> Iterator[Difference]:
    """The differences; costs what changed. `new` must have been made from `old`."""
    for name, before, after in zip(State._fields, old, new, strict=True):
        if isinstance(before, Records) and isinstance(after, Records):
            for key, _ in after.changed_since(before):
                yield from _fields(name, key, before.get(key), after.get(key))
        elif before is not after:
            yield from _fields(name, "", before, after)


def lasting(differences: Iterable[Difference]) -> list[str]:
    """The differences that an audit record keeps, as people read them."""
    return [str(one) for one in differences if one.table != "sessions" and one.field not in LOGIN_FIELDS]


def _fields(table: str, key: str, before: Any, after: Any) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference(table, key, "", before, after)
        return
    if not hasattr(before, "_fields"):
        return  # the generation
    for field, old, new in zip(before._fields, before, after, strict=True):
        if old == new or field in BOOKKEEPING:
            continue
        if SECRET in getattr(before.__annotations__[field], "__metadata__", ()):
            old, new = ("configured" if one else None for one in (old, new))
        yield Difference(table, key, field, old, new)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value)) or "nothing"
    return str(value)
