"""The store of one process for many threads: one at a time, each briefly."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Store, Transaction


class SharedStore:
    """A Store that threads can share. A state that was read is a value and needs no lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()

    def read(self) -> State:
        """See Store."""
        with self._lock:
            return self._store.read()

    @contextmanager
    def writing(self, reserve: bool = False) -> Iterator[Transaction]:
        """See Store."""
        with self._lock, self._store.writing(reserve) as transaction:
            yield transaction

    def check(self) -> Mapping[str, Any]:
        """See Store."""
        with self._lock:
            return self._store.check()

    def tidy(self) -> None:
        """See Store."""
        with self._lock:
            self._store.tidy()

    def compact(self) -> Mapping[str, Any]:
        """See Store."""
        with self._lock:
            return self._store.compact()
