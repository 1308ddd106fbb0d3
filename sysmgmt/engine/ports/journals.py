"""The ports of what is only ever appended: the audit, its files, the events."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from sysmgmt.domain.progress import Report, unheard

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.retention import Holdings


class Journal(Protocol):
    """Numbered records that are only ever appended: the audit, the events."""

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False) -> None:
        """Append one record; with `durable` it is synced on return. Raises StorageFull, StorageFailed."""

    def sync(self) -> None:
        """Make everything appended so far durable."""

    def newest(self) -> Iterable[Mapping[str, Any]]:
        """The records, the last one first; each has its number as `seq`. Raises StorageFailed."""


class Audit(Journal, Protocol):
    """The audit: a journal that proves itself. Its chain grows from a seed (hexadecimal)."""

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """See Journal; who `is_modest` gets nothing of the last of a disk. Raises StorageFull, StorageFailed."""

    def begin(self, seed: str) -> None:
        """Begin the chain that grows from `seed`, unless that is the one being written. Raises StorageFull."""

    def checkpoint(self) -> None:
        """Sign what has been written since the last time. Raises StorageFull, StorageFailed."""

    def chain(self) -> tuple[str, float | None]:
        """The name of the chain being written, which tells nothing of its key, and when it began, if one has."""

    def rotate(self) -> tuple[int, int] | None:
        """Sign the file and make it an archive: the numbers of its first and its last record.

        None where there is nothing to put away. Raises StorageFull, StorageFailed.
        """

    def anchor(self) -> tuple[int, str]:
        """How many records there are, and what proves the last one; kept elsewhere it shows a cut end."""

    def verify(self, seeds: Collection[str], known: tuple[int, str] | None = None,
               report: Report = unheard, kept: int = 1) -> Mapping[str, Any]:
        """Verify every record; `seeds` are those of all chains, `known` is an anchor kept elsewhere.

        `kept` is the number from which on the log is kept. `gaps` are what power cuts have left unproven:
        the number of the `first` record, `until` which one, and the `time` when that was found.
        """


class AuditFiles(Protocol):
    """The files of the audit: its archives, what is being written, and the count of what could not be."""

    def holdings(self) -> "Holdings":
        """What there is. Raises StorageFailed."""

    def lines(self, after: int = 0) -> Iterable[tuple[Mapping[str, Any], bytes]]:
        """The records with a greater number than `after` and their lines, in their order. Raises StorageFailed."""

    def free(self) -> int:
        """Bytes that are free where they are. Raises StorageFailed."""

    def remove_before(self, number: int) -> None:
        """Remove the archives whose records all come before `number`. Raises StorageFailed."""

    def lost(self) -> int:
        """Records that could not be written, and that nobody has been told of yet."""

    def forget_lost(self, count: int) -> None:
        """So many of them have been told of."""
