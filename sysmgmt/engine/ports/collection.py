"""The ports of system info: the archives that are kept, and what the machine tells of itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.collection import Archive, Member


class Archives(Protocol):
    """The archives of system info, one file each."""

    def present(self) -> "Sequence[Archive]":
        """Those that are kept, the oldest first. Raises StateDamaged."""

    def make(self, new: "Archive", members: "Iterable[Member]") -> "Archive":
        """Write an archive of `members`, one after the other; it exists once it is whole and durable.

        Raises CollectionRuns, ArchiveTooLarge, StorageFull, StorageFailed.
        """

    def pieces(self, name: str) -> Iterator[bytes]:
        """What the file holds, from its beginning to its end, also if it is removed meanwhile.

        Raises UnknownArchive.
        """

    def remove(self, name: str) -> None:
        """Remove an archive. Raises UnknownArchive, StorageFailed."""


class Surroundings(Protocol):
    """The machine and its services, as whoever looks for a fault wants to know them."""

    def versions(self) -> Mapping[str, Any]:
        """The releases of the operating system and of the programs that the box uses."""

    def services(self) -> Mapping[str, Any]:
        """How the services of the box run, and what of the machine is used. Raises ServiceRefused."""

    def logs(self, since: str, until: str) -> Iterable[tuple[str, bytes]]:
        """The newest lines of the logs of the services, by name; times in UTC, "": any. Raises ServiceRefused."""
