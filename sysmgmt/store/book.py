"""The state of a box kept in step with TinyDB's tables, both ways, at the price of what changes."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import partial
from math import isqrt
from typing import Any

from tinydb.table import Document

from sysmgmt.domain.model import Settings, State
from sysmgmt.domain.records import Records
from sysmgmt.store import codec
from sysmgmt.store.files import damaged
from sysmgmt.store.lines import render
from sysmgmt.store.snapshot import Difference
from sysmgmt.store.snapshot import Tables as Raw
from sysmgmt.store.tables import Tables

SETTINGS = "settings"
"""The table with one document, whose id is 1."""

DECODERS: Mapping[str, Callable[[Any], Any]] = {
    table: codec.decoder(table, kind) for table, kind in codec.TABLES.items()}
_decode_settings = codec.decoder(SETTINGS, Settings)


def settings(raw: Raw) -> Settings:
    """The settings in the tables. Raises StateDamaged."""
    document = raw.get(SETTINGS, {}).get("1", {})
    found: Settings = _decode_settings(document)
    return found


def check(raw: Raw) -> None:
    """Decode everything. Raises StateDamaged."""
    settings(raw)
    for table, decode in DECODERS.items():
        Names(table, raw.get(table, {}))
        for document in raw.get(table, {}).values():
            decode(document)
    unknown = raw.keys() - codec.TABLES.keys() - {SETTINGS}
    if unknown:
        raise damaged("tables", f"{ascii(sorted(unknown))} are unknown")
    try:
        render(raw)
    except ValueError:  # in a field that no decoder knows
        raise damaged("tables", "a number is too large to be written again") from None


class Names:
    """Which document of one table has which key."""

    def __init__(self, table: str, documents: Mapping[str, Any]) -> None:
        self._field = codec.key(table)
        self._table = table
        keys = [document.get(self._field) for document in documents.values()]
        if not all(type(key) is str for key in keys):
            raise self._damaged()
        self.ids = dict(zip(keys, documents, strict=True))
        self._highest = max(map(int, documents), default=0)
        if len(self.ids) != len(documents):
            raise self._damaged()

    def _damaged(self) -> Exception:
        return damaged(f"table {self._table}", f"a {self._field} is missing or there twice")

    def next(self) -> str:
        """An id that no document has."""
        self._highest += 1
        return str(self._highest)

    def follow(self, one: Difference) -> Iterator[tuple[str, Any]]:
        """Follow a change that another process made: the keys it touched, with their documents."""
        _, number, before, now = one
        old: Any = before.get(self._field) if before else None
        key: Any = now.get(self._field) if now else ""
        if now is not None and not (now and type(key) is str):
            raise self._damaged()
        if old != key and self.ids.get(old) == number:
            del self.ids[old]
            yield old, None
        if now is not None:
            if self.ids.get(key, number) != number:
                raise self._damaged()
            self.ids[key] = number
            self._highest = max(self._highest, int(number))
            yield key, now


class Book:
    """The state as of the last time that the tables were read or written."""

    def __init__(self, tables: Tables) -> None:
        self.state = State()
        self._tables = tables
        self._names: dict[str, Names] = {}
        self._changes = 0

    def follow(self, found: list[Difference] | None) -> None:
        """Take over what was read; None: everything was. Raises StateDamaged."""
        image = self._tables.storage.image
        try:
            if found is None:
                self._open(image.tables)
            elif found:
                self._take_over(found)
            elif self._is_long():
                self._shorten()
        except BaseException:
            image.forget()  # Otherwise the next reader would go on from what was half taken over.
            raise
        if self.state.generation != image.generation:
            self.state = self.state._replace(generation=image.generation)

    def _open(self, raw: Raw) -> None:
        unknown = raw.keys() - codec.TABLES.keys() - {SETTINGS}
        if unknown:
            raise damaged("tables", f"{ascii(sorted(unknown))} are unknown")
        found = settings(raw)
        self._names = {table: Names(table, raw.get(table, {})) for table in codec.TABLES}
        self._shorten()
        self.state = self.state._replace(settings=found)

    def _shorten(self) -> None:
        """Make the records anew from the documents: a chain of changes gets slower as it grows."""
        raw = self._tables.storage.image.tables
        self._changes = 0
        fields: dict[str, Any] = {
            table: Records({key: raw[table][number] for key, number in names.ids.items()}, DECODERS[table])
            for table, names in self._names.items()}
        self.state = self.state._replace(**fields)

    def _is_long(self) -> bool:
        few = 200  # each reader comes by here, and most need not count what there is
        return self._changes > few and self._changes > few + 2 * isqrt(
            sum(len(names.ids) for names in self._names.values()))

    def _take_over(self, found: list[Difference]) -> None:
        fields: dict[str, Any] = {}
        for one in found:
            table = one[0]
            if table == SETTINGS:
                fields[SETTINGS] = settings(self._tables.storage.image.tables)
                continue
            if table not in self._names:
                raise damaged("tables", f"{ascii(table)} is unknown")
            records = fields.get(table, getattr(self.state, table))
            for key, document in self._names[table].follow(one):
                records = records.put(key, DECODERS[table](document)) if document else records.without(key)
            fields[table] = records
        self._changes += len(found)
        self.state = self.state._replace(**fields)

    def save(self, new: State, reserve: bool) -> None:
        """Write how `new` differs from the state as one durable transaction.

        Raises StorageFull, StorageFailed.
        """
        storage = self._tables.storage
        written = [one for table in codec.TABLES for one in self._write(table, new)]
        if new.settings != self.state.settings:
            known = "1" if storage.image.tables.get(SETTINGS) else None
            self._put(SETTINGS, known, "1", codec.encode(new.settings))
        storage.commit(reserve)
        for table, key, number in written:
            if number is None:
                del self._names[table].ids[key]
            else:
                self._names[table].ids[key] = number
        self._changes += len(written)
        self.state = new._replace(generation=storage.image.generation)

    def _write(self, table: str, new: State) -> Iterator[tuple[str, str, str | None]]:
        names = self._names[table]
        for key, value in getattr(new, table).changed_since(getattr(self.state, table)):
            known = names.ids.get(key)
            if value is None:
                self._tables.table(table).remove(doc_ids=[int(known or 0)])
                yield table, key, None
            else:
                if value[0] != key:
                    raise ValueError("a record is stored under its first field")
                number = known or names.next()
                self._put(table, known, number, codec.encode(value))
                yield table, key, number

    def _put(self, table: str, known: str | None, number: str, document: dict[str, Any]) -> None:
        if known is None:
            self._tables.table(table).insert(Document(document, int(number)))
        else:
            self._tables.table(table).update(partial(_become, document), doc_ids=[int(number)])


def _become(new: dict[str, Any], old: MutableMapping[str, Any]) -> None:
    old.clear()
    old.update(new)
