"""What differs between two states, field by field, without its secrets: for the audit and for events."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sysmgmt.domain.model import SECRET, State
from sysmgmt.domain.records import Records

BOOKKEEPING = frozenset({("accounts", "pending"), ("accounts", "console_pending"), ("accounts", "console_tried_at"),
                         ("settings", "unsettled")})
"""Fields that move with others; they tell nothing that those do not."""


LOGIN_FIELDS = frozenset({"strikes", "console_strikes", "wrong_in_a_row", "failed_logins", "last_login_at",
                          "last_login_from", "last_used_at"})
"""Fields of an account and of its SSH keys that logins move: the audit has those as records of their own."""


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
        return f"{place}: {'added' if self.before is None else 'removed'}"


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
    if hasattr(before, "_fields"):  # the generation has none
        yield from _inside(table, key, "", before, after)


def _inside(table: str, key: str, above: str, before: Any, after: Any) -> Iterator[Difference]:
    """The differences of two values of the same kind; those inside a value have its field before them."""
    for name, old, new in zip(before._fields, before, after, strict=True):
        field = f"{above}{name}"
        if old == new or (table, field) in BOOKKEEPING:
            continue
        if SECRET in getattr(before.__annotations__[name], "__metadata__", ()):
            yield Difference(table, key, field, *("configured" if one else None for one in (old, new)))
        elif hasattr(old, "_fields") and type(old) is type(new):
            yield from _inside(table, key, f"{field}.", old, new)
        else:
            yield Difference(table, key, field, old, new)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "_fields"):
        return "configured"  # it came or went as a whole, and may hold secrets
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value)) or "nothing"
    return str(value)
