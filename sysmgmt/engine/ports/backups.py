"""The ports of the settings backups: where they are kept, what opens them, what they hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sysmgmt.domain.model import State


class Shelf(Protocol):
    """The one folder of the backups. Names are without paths."""

    def names(self) -> Sequence[str]:
        """All of them, in alphabetical order. Raises StorageFailed."""

    def read(self, name: str) -> bytes:
        """The file of a backup. Raises UnknownBackup, StateDamaged."""

    def put(self, name: str, data: bytes, prove: Callable[[bytes], None]) -> None:
        """Keep a new backup, durably, once `prove` has looked at what was read back, and raised nothing.

        Raises BackupExists, StorageFull, StorageFailed.
        """

    def remove(self, name: str) -> None:
        """Remove a backup. Raises UnknownBackup, StorageFailed."""


class BackupSeal(Protocol):
    """Makes files that open with a password alone."""

    def seal(self, facts: Mapping[str, Any], content: bytes, password: str) -> bytes:
        """A file that holds `content`, sealed, and says `facts`."""

    def facts(self, data: bytes, name: str) -> Mapping[str, Any]:
        """What a file says of itself; only its password proves it. Raises NotABackup, BackupDamaged, BackupNewer."""

    def open(self, data: bytes, name: str, password: str) -> tuple[Mapping[str, Any], bytes]:
        """What a file says of itself, proven, and its content. Raises BackupPasswordWrong, and as `facts` does."""


class Contents(Protocol):
    """States as texts."""

    def write(self, state: State) -> bytes:
        """The text of a state."""

    def read(self, text: bytes) -> State:
        """The state of a text. Raises StateDamaged, StateNewer."""

    def stored(self, text: bytes, journal: bytes) -> tuple[State, bool]:
        """The state that files of a store are, of this or an earlier format, and whether its latest changes are in it.

        They are not where there is no journal, or one that ends in the middle of a change.
        Raises StateDamaged, StateNewer, StorageFull, StorageFailed.
        """

    def restored(self, state: State) -> State:
        """What a store that was empty gives back of `state`. Raises StateDamaged, StorageFull, StorageFailed."""


class Backups(NamedTuple):
    """All that backups take."""

    shelf: Shelf
    seal: BackupSeal
    contents: Contents
