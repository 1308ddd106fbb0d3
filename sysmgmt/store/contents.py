"""A state as one text, in the form of `state.json`; and a state that goes through a store of its own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sysmgmt.domain import backups
from sysmgmt.domain.model import State
from sysmgmt.domain.records import Records
from sysmgmt.domain.times import HOUR
from sysmgmt.store import book, codec, files, formats, snapshot, writeahead
from sysmgmt.store.state import StateStore

_PREFIX = "scratch-"
_LEFT_OVER = HOUR
"""Seconds after which nobody works with a scratch store any more."""


class Contents:
    """What backups hold; its scratch stores are made in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def write(self, state: State) -> bytes:
        """The text of a state."""
        tables = {table: {str(number): codec.encode(one)
                          for number, one in enumerate(getattr(state, table).values(), 1)} for table in codec.TABLES}
        filled = {table: documents for table, documents in tables.items() if documents}
        settings = {book.SETTINGS: {"1": codec.encode(state.settings)}}
        return snapshot.write(snapshot.Snapshot(formats.FORMAT, 0, settings | filled))

    def read(self, text: bytes) -> State:
        """The state of a text, of this or an earlier format. Raises StateDamaged, StateNewer."""
        found = snapshot.read(text)
        formats.check(found.format, formats.UPGRADES)
        raw = formats.upgraded(found.tables, found.format, formats.UPGRADES)
        book.check(raw)
        tables: dict[str, Any] = {
            table: Records({one[codec.key(table)]: one for one in raw.get(table, {}).values()}, decode)
            for table, decode in book.DECODERS.items()}
        return State()._replace(settings=book.settings(raw), **tables)

    def stored(self, text: bytes, journal: bytes) -> tuple[State, bool]:
        """The state that files of a store are, of this or an earlier format, and whether its latest changes are in it.

        They are not where there is no journal, or one that ends in the middle of a change.
        Raises StateDamaged, StateNewer, StorageFull, StorageFailed.
        """
        if not journal:
            return self.read(text), False
        with self._scratch() as place:
            with files.refusing(self._folder):
                for name, data in ((snapshot.NAME, text), (writeahead.NAME, journal)):
                    files.replace(os.path.join(place, name), data)
            store = StateStore(place)
            return store.read(), not store.check()["dropped_bytes"]

    def restored(self, state: State) -> State:
        """What a store that was empty gives back of `state`. Raises StateDamaged, StorageFull, StorageFailed."""
        with self._scratch() as place:
            with StateStore(place).writing() as transaction:
                transaction.save(backups.onto(transaction.state, state))
            fresh = StateStore(place)
            fresh.check()
            return backups.onto(State(), fresh.read())

    @contextmanager
    def _scratch(self) -> Iterator[str]:
        """A folder for a store that nobody needs afterwards."""
        import shutil
        import tempfile  # expensive, and rarely needed

        with files.refusing(self._folder):
            files.make_folder(self._folder)
            self._clean()
            place = tempfile.mkdtemp(prefix=_PREFIX, dir=self._folder)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _clean(self) -> None:
        """Remove what a process that was killed left over."""
        import shutil

        with os.scandir(self._folder) as found:
            for one in found:
                if one.name.startswith(_PREFIX) and one.stat().st_mtime < time.time() - _LEFT_OVER:
                    shutil.rmtree(one.path, ignore_errors=True)
