"""What the engine needs from outside, as a record of small ports. `sysmgmt.box` fills it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sysmgmt.domain.model import State
from sysmgmt.domain.times import Running
from sysmgmt.domain.tls import Listener
from sysmgmt.engine.ports.backups import Backups as Backups
from sysmgmt.engine.ports.collection import Archives as Archives
from sysmgmt.engine.ports.collection import Surroundings as Surroundings
from sysmgmt.engine.ports.cryptography import Certifier as Certifier
from sysmgmt.engine.ports.cryptography import Hasher as Hasher
from sysmgmt.engine.ports.cryptography import Reader as Reader
from sysmgmt.engine.ports.cryptography import Sealer as Sealer
from sysmgmt.engine.ports.directory import Directory as Directory
from sysmgmt.engine.ports.directory import DirectoryLink as DirectoryLink
from sysmgmt.engine.ports.explorers import Explorer as Explorer
from sysmgmt.engine.ports.explorers import Sight as Sight
from sysmgmt.engine.ports.journals import Audit as Audit
from sysmgmt.engine.ports.journals import AuditFiles as AuditFiles
from sysmgmt.engine.ports.journals import Journal as Journal
from sysmgmt.engine.ports.machine import Doors as Doors
from sysmgmt.engine.ports.machine import Eraser as Eraser
from sysmgmt.engine.ports.machine import Hosted as Hosted
from sysmgmt.engine.ports.machine import Machine as Machine
from sysmgmt.engine.ports.machine import Network as Network
from sysmgmt.engine.ports.machine import Origins as Origins
from sysmgmt.engine.ports.machine import Prepared as Prepared
from sysmgmt.engine.ports.machine import Services as Services
from sysmgmt.engine.ports.packages import Packages as Packages
from sysmgmt.engine.ports.remotes import Mailer as Mailer
from sysmgmt.engine.ports.remotes import Notifier as Notifier
from sysmgmt.engine.ports.remotes import Partners as Partners
from sysmgmt.engine.ports.remotes import Sender as Sender
from sysmgmt.engine.ports.remotes import Servers as Servers
from sysmgmt.engine.ports.remotes import Uploads as Uploads
from sysmgmt.engine.ports.soundness import Soundness as Soundness
from sysmgmt.engine.ports.storage import Deliveries as Deliveries
from sysmgmt.engine.ports.storage import Imports as Imports
from sysmgmt.engine.ports.storage import Store as Store
from sysmgmt.engine.ports.storage import Transaction as Transaction


class Clock(NamedTuple):
    """Time and chance, so that a test can hold them; and which start of the machine this is, "" where unknown.

    `passed` are seconds since that start, those of a suspended machine included: whoever sets the clock does not
    move them.
    """

    now: Callable[[], float]
    pause: Callable[[float], None]
    token: Callable[[], str]
    boot: Callable[[], str] = lambda: ""
    passed: Callable[[], float] = lambda: 0.0

    def running(self) -> Running:
        """How long this start of the machine has run."""
        return Running(self.boot(), int(self.passed()))


class Box(NamedTuple):
    """Everything outside the engine."""

    store: Store
    audit: Audit
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
    origins: Origins
    clock: Clock
    release: str
    listeners: Callable[[State], Sequence[Listener]] = lambda state: ()

    def sync(self) -> None:
        """Make all records so far durable. Raises StorageFull, StorageFailed."""
        self.audit.sync()
        self.events.sync()
