"""The ports of what is stored: the state, how far each receiver has got, and the folder of imports."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from sysmgmt.domain.model import State

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.delivery import Delivered


class Transaction(Protocol):
    """The one writer's hold on the state."""

    @property
    def state(self) -> State:
        """The state as it is while the lock is held."""

    def save(self, new: State) -> None:
        """Make `new` the state, durably. Raises StorageFull, StorageFailed.

        When this returns, the change has been synced to disk.
        """


class Store(Protocol):
    """Where the state lives."""

    def read(self) -> State:
        """The state as it is now; an empty one where nothing was stored. Raises StateDamaged."""

    def writing(self, reserve: bool = False) -> AbstractContextManager[Transaction]:
        """Hold the lock of the one writer. With `reserve`, reserved space may be used."""

    def check(self) -> Mapping[str, Any]:
        """Facts about the stored files: format, sizes in bytes, what was dropped at the end."""

    def tidy(self) -> None:
        """Fold the journal where that costs little. Never fails."""

    def compact(self) -> Mapping[str, Any]:
        """Fold the journal into the state file, durably; the sizes in bytes before and after."""


class Deliveries(Protocol):
    """How far each receiver has got, by its name."""

    def read(self) -> "Mapping[str, Delivered]":
        """All of them. Raises StateDamaged."""

    def keep(self, name: str, what: "Delivered") -> None:
        """Keep it, durably. Raises StateDamaged, StorageFull, StorageFailed."""


class Imports(Protocol):
    """The one folder from which files are taken in."""

    def read(self, name: str, most: int) -> bytes:
        """What the file `name` holds.

        Raises UnknownFile, InvalidValue for one with more than `most` bytes, StorageFailed.
        """
