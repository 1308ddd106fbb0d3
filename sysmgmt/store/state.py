"""The store of the state: `sysmgmt.engine.ports.Store` over TinyDB's tables and their journal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.store import book, files, formats
from sysmgmt.store.image import Image
from sysmgmt.store.tables import Tables

SMALL = 262144
"""Bytes up to which folding costs no more than a few syncs."""


class Writing:
    """The one writer's hold on the state."""

    def __init__(self, kept: book.Book, reserve: bool) -> None:
        self._book = kept
        self._reserve = reserve
        self._first = kept.state.generation

    @property
    def state(self) -> State:
        """The state as it is while the lock is held, with what was saved."""
        return self._book.state

    def save(self, new: State) -> None:
        """Make `new` the state, durably. Raises StorageFull, StorageFailed.

        `new` is made from a state of this transaction, which may be an earlier one that comes
        back; what is stored gets the next generation. ValueError if others have overtaken `new`.
        """
        if not self._first <= new.generation <= self.state.generation:
            raise ValueError("this state was made from one that is no longer true")
        self._book.save(new, self._reserve)


class StateStore:
    """The state in one folder. An object serves one thread; any number of processes have their own."""

    def __init__(self, folder: str, upgrades: formats.Upgrades = formats.UPGRADES) -> None:
        self._folder = folder
        self._upgrades = upgrades
        self._storage = Tables(folder, upgrades)
        self._book = book.Book(self._storage)
        self._open = self._checked = False

    def read(self) -> State:
        """The state as it is now; an empty one where nothing was stored. Raises StateDamaged, StateNewer."""
        if not self._open:
            self._check_folder()
            self._book.follow(self._storage.storage.refresh())
        return self._book.state

    def _check_folder(self) -> None:
        if not self._checked:
            files.check_private(self._folder)
            self._checked = True

    @contextmanager
    def writing(self, reserve: bool = False) -> Iterator[Writing]:
        """Hold the lock of the one writer. With `reserve`, reserved space may be used.

        Raises StateDamaged, StateNewer, StorageFull, StorageFailed.
        """
        if self._open:
            raise RuntimeError("a transaction is open already")
        self._check_folder()
        with self._storage.storage.transaction(reserve) as found:
            self._book.follow(found)
            self._open = True
            try:
                yield Writing(self._book, reserve)
            finally:
                self._open = False

    def check(self) -> Mapping[str, Any]:
        """Facts about the stored files: format, generation, sizes in bytes, bytes dropped at the end.

        Everything is read again and decoded. Raises StateDamaged, StateNewer.
        """
        image = Image(self._folder, self._upgrades)
        try:
            image.refresh()
            book.check(image.tables)
            return image.facts()
        finally:
            image.forget()

    def tidy(self) -> None:
        """Fold the journal where that costs little, so that state.json alone tells everything.

        A convenience: whatever goes wrong with it harms nothing, and nobody hears of it.
        """
        with suppress(Refusal):
            facts = self._storage.storage.image.facts()
            if facts["journal_bytes"] and facts["state_bytes"] + facts["journal_bytes"] <= SMALL:
                self.compact()

    def compact(self) -> Mapping[str, Any]:
        """Fold the journal into the state file, durably; the sizes in bytes before and after.

        Raises StateDamaged, StateNewer, StorageFull, StorageFailed.
        """
        with self.writing():
            image = self._storage.storage.image
            before = image.facts()
            image.fold()
            after = image.facts()
        return {"bytes_before": before["state_bytes"] + before["journal_bytes"],
                "bytes_after": after["state_bytes"] + after["journal_bytes"]}
