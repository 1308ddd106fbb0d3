"""Hashers that a test can look into, behind the engine's own port."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from sysmgmt.domain.errors import BoxBusy
from sysmgmt.domain.model import Cost
from sysmgmt.engine.ports import Hasher
from sysmgmt.vault.hashing import Argon2Hasher


class CountingHasher:
    """A real hasher that writes one byte to a file for each password it compares with an account's.

    A file, so that threads and processes count together. `before` is called before each comparison.
    """

    def __init__(self, folder: Path, log: Path, before: Callable[[], None] = lambda: None) -> None:
        self._real: Hasher = Argon2Hasher(str(folder))
        self._log = log
        self._before = before

    def encode(self, text: str, cost: Cost) -> str:
        """As the real one."""
        return self._real.encode(text, cost)

    def matches(self, encoded: str, text: str) -> bool:
        """Count, then compare."""
        self.count()
        self._before()
        return self._real.matches(encoded, text)

    def count(self) -> None:
        """Write one byte more."""
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, b".")
        os.close(descriptor)

    def outdated(self, encoded: str, cost: Cost) -> bool:
        """As the real one."""
        return self._real.outdated(encoded, cost)

    def waste(self, text: str, cost: Cost) -> None:
        """As the real one."""
        self._real.waste(text, cost)


class WastingHasher(CountingHasher):
    """One that also counts the hashes that are made for nothing."""

    def waste(self, text: str, cost: Cost) -> None:
        """Count, then waste."""
        self.count()
        super().waste(text, cost)


def counted(log: Path) -> int:
    """How many passwords were compared."""
    return log.stat().st_size if log.exists() else 0


class FailingHasher(CountingHasher):
    """A hasher that has no memory left when a password is to be compared."""

    def matches(self, encoded: str, text: str) -> bool:
        """Fail, with a text that nobody may see."""
        raise MemoryError(f"canary {text}")


class BusyHasher(CountingHasher):
    """A hasher whose turn never comes."""

    def matches(self, encoded: str, text: str) -> bool:
        """Refuse."""
        raise BoxBusy()


def at_once(count: int, act: Callable[[int], None]) -> None:
    """Run `act` in so many threads that start together; what one raises is raised here."""
    gate = threading.Barrier(count)
    problems: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            gate.wait()
            act(number)
        except BaseException as problem:
            problems.append(problem)
    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if problems:
        raise problems[0]
