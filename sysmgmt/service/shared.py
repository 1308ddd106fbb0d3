"""The store of one process for many threads: one writes at a time, and nobody waits for it to read."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Store, Transaction


class Published:
    """A transaction that shows all others what it has saved."""

    def __init__(self, transaction: Transaction, publish: Callable[[State], None]) -> None:
        self._transaction = transaction
        self._publish = publish

    @property
    def state(self) -> State:
        """See Transaction."""
        return self._transaction.state

    def save(self, new: State) -> None:
        """See Transaction."""
        self._transaction.save(new)
        self._publish(self.state)


class SharedStore:
    """A Store that threads can share. A state that was read is a value and needs no lock.

    While one thread has the store for itself, the others read what was saved last.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = threading.RLock()
        self._look = threading.Lock()
        self._owner: int | None = None
        self._saved = State()

    def read(self) -> State:
        """See Store."""
        with self._look:
            if self._owner in (None, threading.get_ident()):
                return self._store.read()
            return self._saved

    @contextmanager
    def writing(self, reserve: bool = False) -> Iterator[Transaction]:
        """See Store."""
        with self._alone(), self._store.writing(reserve) as transaction:
            yield Published(transaction, self._publish)

    def check(self) -> Mapping[str, Any]:
        """See Store. It looks at the files alone, and needs nobody's turn."""
        return self._store.check()

    def tidy(self) -> None:
        """See Store."""
        with self._alone():
            self._store.tidy()

    def compact(self) -> Mapping[str, Any]:
        """See Store."""
        with self._alone():
            return self._store.compact()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have the store for this thread, which may take its time."""
        with self._turn:
            with self._look:
                self._saved = self._store.read()
                self._owner = threading.get_ident()
            try:
                yield
            finally:
                with self._look:
                    self._owner = None

    def _publish(self, state: State) -> None:
        self._saved = state
