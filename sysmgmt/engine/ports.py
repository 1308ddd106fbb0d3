"""What the engine needs from outside, as a record of small ports. `sysmgmt.box` fills it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sysmgmt.domain.delivery import Delivered
from sysmgmt.domain.model import State
from sysmgmt.domain.tls import Listener
from sysmgmt.engine.directory import Directory as Directory
from sysmgmt.engine.directory import DirectoryLink as DirectoryLink
from sysmgmt.engine.collected import Archives as Archives
from sysmgmt.engine.collected import Surroundings as Surroundings
from sysmgmt.engine.explorers import Explorer as Explorer
from sysmgmt.engine.explorers import Sight as Sight
from sysmgmt.engine.hosts import Doors as Doors
from sysmgmt.engine.hosts import Eraser as Eraser
from sysmgmt.engine.hosts import Hosted as Hosted
from sysmgmt.engine.hosts import Machine as Machine
from sysmgmt.engine.hosts import Network as Network
from sysmgmt.engine.hosts import Prepared as Prepared
from sysmgmt.engine.hosts import Services as Services
from sysmgmt.engine.journals import Audit as Audit
from sysmgmt.engine.journals import AuditFiles as AuditFiles
from sysmgmt.engine.journals import Journal as Journal
from sysmgmt.engine.packaging import Packages as Packages
from sysmgmt.engine.remotes import Mailer as Mailer
from sysmgmt.engine.remotes import Notifier as Notifier
from sysmgmt.engine.remotes import Partners as Partners
from sysmgmt.engine.remotes import Sender as Sender
from sysmgmt.engine.remotes import Servers as Servers
from sysmgmt.engine.remotes import Uploads as Uploads
from sysmgmt.engine.shelves import Backups as Backups
from sysmgmt.engine.soundness import Soundness as Soundness
from sysmgmt.engine.vaults import Certifier as Certifier
from sysmgmt.engine.vaults import Hasher as Hasher
from sysmgmt.engine.vaults import Reader as Reader
from sysmgmt.engine.vaults import Sealer as Sealer


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

    def read(self) -> Mapping[str, Delivered]:
        """All of them. Raises StateDamaged."""

    def keep(self, name: str, what: Delivered) -> None:
        """Keep it, durably. Raises StateDamaged, StorageFull, StorageFailed."""


class Imports(Protocol):
    """The one folder from which files are taken in."""

    def read(self, name: str, most: int) -> bytes:
        """What the file `name` holds.

        Raises UnknownFile, InvalidValue for one with more than `most` bytes, StorageFailed.
        """


class Clock(NamedTuple):
    """Time and chance, so that a test can hold them."""

    now: Callable[[], float]
    pause: Callable[[float], None]
    token: Callable[[], str]


class Box(NamedTuple):
    """Everything outside the engine."""

    store: Store
    journal: Audit
    audit_files: AuditFiles
    events: Journal
    hasher: Hasher
    sealer: Sealer
    certifier: Certifier
    reader: Reader
    servers: Servers
    partners: Partners
    imports: Imports
    machine: Machine
    services: Services
    doors: Doors
    network: Network
    mailer: Mailer
    sender: Sender
    directory: Directory
    notifier: Notifier
    deliveries: Deliveries
    archives: Archives
    uploads: Uploads
    surroundings: Surroundings
    backups: Backups
    eraser: Eraser
    soundness: Soundness
    explorer: Explorer
    sight: Sight
    packages: Packages
    clock: Clock
    release: str
    listeners: Callable[[State], Sequence[Listener]] = lambda state: ()

    def sync(self) -> None:
        """Make all records so far durable. Raises StorageFull, StorageFailed."""
        self.journal.sync()
        self.events.sync()
