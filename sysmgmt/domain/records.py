"""A table of frozen values by key that shares structure with the tables it was made from.

A change costs what it changes, not what exists: `put` and `without` copy one of 64 small
dictionaries and never the table. Documents that the store hands over stay raw until somebody
reads them, so that opening a state of 100,000 accounts does not decode 100,000 accounts.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

V = TypeVar("V")

SHARDS = 64
_GONE = object()
_EMPTY: tuple[dict[str, Any], ...] = ({},) * SHARDS


def _as_is(document: Any) -> Any:
    return document


class Records(Generic[V]):
    """An immutable mapping of keys to frozen values.

    `stored` holds raw documents (dictionaries) that `decode` turns into values at first use.
    """

    __slots__ = ("_stored", "_order", "_changes", "_decode")

    def __init__(self, stored: Mapping[str, Any] | None = None, decode: Callable[[Any], V] = _as_is) -> None:
        self._stored: dict[str, Any] = dict(stored) if stored else {}
        self._order: list[str] = []
        self._changes = _EMPTY
        self._decode = decode

    def get(self, key: str) -> V | None:
        """The value of `key`, or None."""
        found = self._changes[hash(key) % SHARDS].get(key)
        if found is None:
            found = self._stored.get(key)
            if type(found) is dict:
                found = self._stored[key] = self._decode(found)
        return None if found is _GONE else found

    def put(self, key: str, value: V) -> "Records[V]":
        """A table in which `key` has `value`."""
        return self._with(key, value)

    def without(self, key: str) -> "Records[V]":
        """A table without `key`; the same table if it has none."""
        return self._with(key, _GONE) if key in self else self

    def _with(self, key: str, entry: Any) -> "Records[V]":
        shard = hash(key) % SHARDS
        changed = {**self._changes[shard], key: entry}
        new: Records[V] = Records.__new__(Records)
        new._stored, new._order, new._decode = self._stored, self._order, self._decode
        new._changes = (*self._changes[:shard], changed, *self._changes[shard + 1:])
        return new

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """The keys, in alphabetical order."""
        changed = {key: entry for shard in self._changes for key, entry in shard.items()}
        kept = [key for key in self._stored if key not in changed]
        return iter(sorted(kept + [key for key, entry in changed.items() if entry is not _GONE]))

    def __len__(self) -> int:
        changed = {key: entry for shard in self._changes for key, entry in shard.items()}
        kept = len(self._stored) - sum(key in self._stored for key in changed)
        return kept + sum(entry is not _GONE for entry in changed.values())

    def values(self) -> Iterator[V]:
        """The values, in the order of their keys."""
        for key in self:
            value = self.get(key)
            if value is not None:
                yield value

    def beginning(self, prefix: str) -> Iterator[V]:
        """The values whose keys begin with `prefix`, in any order. The others stay raw."""
        changed = {key for shard in self._changes for key in shard if key.startswith(prefix)}
        for key in changed.union(self._stored_beginning(prefix)):
            value = self.get(key)
            if value is not None:
                yield value

    def _stored_beginning(self, prefix: str) -> Iterator[str]:
        if not self._order:
            self._order[:] = sorted(self._stored)  # for all tables that share these documents
        for place in range(bisect_left(self._order, prefix), len(self._order)):
            if not self._order[place].startswith(prefix):
                return
            yield self._order[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Records) and list(self.items()) == list(other.items())

    __hash__ = None  # type: ignore[assignment]  # compared by content, so no use as a key

    def items(self) -> Iterator[tuple[str, V]]:
        """Keys and values, in the order of the keys."""
        return ((key, value) for key, value in zip(self, self.values(), strict=True))

    def changed_since(self, older: "Records[V]") -> Iterator[tuple[str, V | None]]:
        """What has to be written so that `older` becomes this table: (key, value or None).

        `older` must be an ancestor of this table or have been made from the same documents.
        """
        if older._changes is self._changes:
            return  # most tables are not touched by a change
        for before, after in zip(older._changes, self._changes, strict=True):
            if before is after:
                continue
            for key in {**before, **after}:
                value = self.get(key)
                if value != older.get(key):
                    yield key, value


def leaves(value: Any, field: str) -> Iterator[tuple[str, Any]]:
    """Every text and number in a stored value, with the name of the field that it is in."""
    if isinstance(value, Records):
        for one in value.values():
            yield from leaves(one, field)
    elif hasattr(value, "_fields"):
        for name, one in zip(value._fields, value, strict=True):
            yield from leaves(one, name)
    elif isinstance(value, tuple):
        for one in value:
            yield from leaves(one, field)
    else:
        yield field, value
