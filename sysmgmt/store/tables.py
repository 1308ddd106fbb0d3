"""TinyDB over the journal: its whole API, at the price of what changes.

A transaction spans tables and becomes one line of the journal. Differences from stock TinyDB:
no query cache (it would show another process's past), documents that are handed out are copies,
every change holds the lock of the folder, and a table without documents does not exist.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from sysmgmt.store import files, formats
from sysmgmt.store.image import Image
from sysmgmt.store.lines import parse, render
from sysmgmt.store.snapshot import SEAL, Difference, put

LOCK = "state.lock"


def _copy(value: Any) -> Any:
    """A copy of a JSON value, as deep as it is."""
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if type(value) is list else value


class JournalStorage(Storage):
    """A folder with `state.json` and `state.journal`."""

    def __init__(self, folder: str, upgrades: formats.Upgrades = formats.UPGRADES) -> None:
        self.image = Image(folder, upgrades)
        self.folder = folder
        self.epoch = 0
        self._busy = False
        self._before: dict[tuple[str, str], Any] = {}

    def refresh(self) -> list[Difference] | None:
        """What others changed; None if everything was read again. Raises StateDamaged, StateNewer."""
        if self._busy:
            return []
        found = self.image.refresh()
        self.epoch += found is None or bool(found)
        return found

    def read(self) -> dict[str, dict[str, Any]] | None:
        """All tables, as copies as far as TinyDB changes them."""
        self.refresh()
        return {name: dict(documents) for name, documents in self.image.tables.items()} or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make `data` the whole content."""
        with self.transaction():
            for name in {**self.image.tables, **data}:
                old, new = self.image.tables.get(name, {}), data.get(name, {})
                for key in [*{**old, **new}]:
                    if old.get(key) != new.get(key):
                        self.put(name, key, new.get(key))

    @contextmanager
    def transaction(self, reserve: bool = False) -> Iterator[list[Difference] | None]:
        """Hold the lock; all changes until the end are one. Yields what `refresh` returned.

        Within another transaction it is a part of that one. Raises StorageFull, StorageFailed.
        """
        if self._busy:
            yield []
            return
        with files.locked(f"{self.folder}/{LOCK}"):
            found = self.refresh()
            try:
                self.image.prepare()
            except BaseException:
                self.image.forget()  # Nobody hears of what was found, so it has to be found again.
                raise
            self._busy = True
            try:
                yield found
                self.commit(reserve)
            finally:
                self._take_back()
                self._busy = False

    def put(self, table: str, key: str, document: Mapping[str, Any] | None) -> None:
        """Change one document of the open transaction; None removes it. Raises ValueError, TypeError."""
        if table == SEAL:
            raise ValueError("this table is the file's own")
        # What is kept is what will be read again: JSON knows no tuples and no other keys than text.
        now = None if document is None else parse(render(dict(document)))
        before = put(self.image.tables, table, key, now)
        self._before.setdefault((table, key), before)

    def commit(self, reserve: bool) -> None:
        """Store what changed since the last commit, durably. Raises StorageFull, StorageFailed."""
        tables = self.image.tables
        changed = [(table, int(key), tables.get(table, {}).get(key))
                   for (table, key), before in self._before.items() if tables.get(table, {}).get(key) != before]
        try:
            if changed:
                self.image.append(changed, reserve)
                self._before.clear()
        finally:
            self._take_back()

    def _take_back(self) -> None:
        for (table, key), before in self._before.items():
            put(self.image.tables, table, key, before)
            self.epoch += 1
        self._before.clear()


class _Touched(MutableMapping[int, Any]):
    """A table by number while TinyDB changes it; remembers what was touched."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self.touched: dict[int, Any] = {}

    def __getitem__(self, number: int) -> Any:
        if number not in self.touched:
            self.touched[number] = _copy(self._documents[str(number)])
        if self.touched[number] is None:
            raise KeyError(number)
        return self.touched[number]

    def __setitem__(self, number: int, document: Any) -> None:
        self.touched[number] = document

    def __delitem__(self, number: int) -> None:
        if number not in self:
            raise KeyError(number)
        self.touched[number] = None

    def __contains__(self, number: object) -> bool:
        if number in self.touched:
            return self.touched[number] is not None
        return str(number) in self._documents

    def __iter__(self) -> Iterator[int]:
        kept = [int(key) for key in self._documents if self.touched.get(int(key), self) is not None]
        new = [number for number, one in self.touched.items() if one is not None and str(number) not in self._documents]
        return iter(kept + new)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self.touched = dict.fromkeys(map(int, self._documents))

    def changed(self) -> list[tuple[str, Any]]:
        """What became of the documents that are not as they were; None for removed ones."""
        return [(str(number), one) for number, one in self.touched.items() if one != self._documents.get(str(number))]


class JournalTable(Table):
    """A table whose changes cost what they change."""

    _storage: JournalStorage

    def __init__(self, storage: JournalStorage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        super().__init__(storage, name, cache_size=0, persist_empty=persist_empty)
        self._epoch = storage.epoch

    def insert(self, document: Mapping[str, Any]) -> int:
        with self._storage.transaction():  # The number and the document belong together.
            return super().insert(document)

    def upsert(self, document: Mapping[str, Any], cond: Any = None) -> list[int]:
        with self._storage.transaction():
            return super().upsert(document, cond)

    def search(self, cond: Any) -> list[Document]:
        return [_own(one) for one in super().search(cond)]

    def get(self, cond: Any = None, doc_id: int | None = None, doc_ids: Any = None) -> Any:
        found = super().get(cond, doc_id, doc_ids)
        return [_own(one) for one in found] if isinstance(found, list) else found and _own(found)

    def __iter__(self) -> Iterator[Document]:
        return map(_own, list(super().__iter__()))

    def _get_next_id(self) -> int:
        if self._epoch != self._storage.epoch:
            self._next_id, self._epoch = None, self._storage.epoch
        return int(super()._get_next_id())  # type: ignore[no-untyped-call]

    def _read_table(self) -> dict[str, Any]:
        self._storage.refresh()
        return self._storage.image.tables.get(self.name, {})

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._storage.transaction():
            documents = _Touched(self._storage.image.tables.get(self.name, {}))
            updater(documents)
            for key, document in documents.changed():
                self._storage.put(self.name, key, document)


def _own(document: Document) -> Document:
    return Document(_copy(dict(document)), document.doc_id)


class Tables(TinyDB):
    """The database of one folder."""

    table_class = JournalTable  # type: ignore[assignment]  # TinyDB asks for exactly its own classes
    default_storage_class = JournalStorage  # type: ignore[assignment]
    storage: JournalStorage

    def drop_table(self, name: str) -> None:
        with self.storage.transaction():
            super().drop_table(name)

    def drop_tables(self) -> None:
        with self.storage.transaction():
            super().drop_tables()
