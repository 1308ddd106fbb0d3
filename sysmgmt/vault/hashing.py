"""Password hashes: argon2id, with parameters that come from the state.

One computation takes as much memory as its parameters say, so that no more than two run at a
time for one state folder, however many processes serve logins: each holds one of two lock files.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sysmgmt.domain.errors import BoxBusy, StorageFailed
from sysmgmt.domain.model import Cost
from sysmgmt.vault import argon2id

SLOTS = 2
POLL = 0.005
LONGEST_WAIT = 30.0
"""Seconds to wait for a slot: whoever holds one for so long hangs."""
SALT_BYTES = 16


class Argon2Hasher:
    """Hashes with argon2id. `folder` holds the lock files of the slots; `patience` is in seconds."""

    def __init__(self, folder: str, patience: float = LONGEST_WAIT) -> None:
        self._folder = folder
        self._patience = patience

    def encode(self, text: str, cost: Cost) -> str:
        """The hash of `text` with a new random salt, in the usual `$argon2id$...` form."""
        with self._slot():
            return argon2id.encoded(_bytes(text), os.urandom(SALT_BYTES), cost)

    def matches(self, encoded: str, text: str) -> bool:
        """Whether `text` is the password behind `encoded`; compared in constant time."""
        with self._slot():
            return argon2id.is_behind(encoded.encode(), _bytes(text))

    def outdated(self, encoded: str, cost: Cost) -> bool:
        """Whether `encoded` was made with other parameters than `cost`."""
        return f"$m={cost.memory},t={cost.passes},p={cost.lanes}$" not in encoded

    def waste(self, text: str, cost: Cost) -> None:
        """Take as long as `matches`, for a name that does not exist."""
        self.encode(text, cost)

    def derive(self, text: str, salt: bytes, cost: Cost) -> bytes:
        """A key of 32 bytes that only `text` and `salt` make. Raises ValueError for a cost or salt that cannot be."""
        with self._slot():
            return argon2id.raw(_bytes(text), salt, cost)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        """Hold a slot, waiting for one. Raises BoxBusy, StorageFailed."""
        descriptors: list[int] = []
        try:
            try:
                self._open_all(descriptors)
                self._wait(descriptors)
            except OSError as problem:
                raise StorageFailed(what=os.strerror(problem.errno or 0)) from None
            yield
        finally:
            for descriptor in descriptors:
                with suppress(OSError):
                    os.close(descriptor)

    def _open_all(self, opened: list[int]) -> None:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        for number in range(SLOTS):
            path = os.path.join(self._folder, f"hashing.{number}.lock")
            opened.append(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))

    def _wait(self, descriptors: list[int]) -> None:
        deadline = time.monotonic() + self._patience
        while not any(map(_lock, descriptors)):
            if time.monotonic() > deadline:
                raise BoxBusy()
            time.sleep(POLL)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
