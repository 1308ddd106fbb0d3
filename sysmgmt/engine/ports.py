"""What the engine needs from outside, as a record of small ports. `sysmgmt.box` fills it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sysmgmt.domain.certificates import Bundle, Plan
from sysmgmt.domain.delivery import Delivered
from sysmgmt.domain.model import Certificate, Cost, RevocationList, State
from sysmgmt.domain.ssh_keys import HostKey
from sysmgmt.domain.tls import Listener
from sysmgmt.engine.journals import Audit as Audit
from sysmgmt.engine.journals import AuditFiles as AuditFiles
from sysmgmt.engine.journals import Journal as Journal
from sysmgmt.engine.peers import Mailer as Mailer
from sysmgmt.engine.peers import Partners as Partners
from sysmgmt.engine.peers import Sender as Sender
from sysmgmt.engine.peers import Servers as Servers


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


class Hasher(Protocol):
    """Slow password hashes. At most two are computed at a time on the whole box."""

    def encode(self, text: str, cost: Cost) -> str:
        """The hash of `text` with a new salt."""

    def matches(self, encoded: str, text: str) -> bool:
        """Whether `text` is the password behind `encoded`."""

    def outdated(self, encoded: str, cost: Cost) -> bool:
        """Whether `encoded` was made with other parameters than `cost`."""

    def waste(self, text: str, cost: Cost) -> None:
        """Take as long as `matches`, for a name that does not exist."""


class Sealer(Protocol):
    """Seals secrets under a master key that is kept apart from the state."""

    def make(self, now: float) -> str:
        """Make a new master key; its id. It is kept once a state that names it is saved."""

    def seal(self, text: str, about: str, key: str) -> str:
        """`text` sealed under the key with the id `key`; it opens only as what it is `about`.

        Raises MasterKeyMissing, MasterKeyWrong.
        """

    def unseal(self, sealed: str, about: str) -> str:
        """What was sealed. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""

    def unfinished(self) -> bool:
        """Whether another master key is kept beside the one in force. Raises MasterKeyWrong."""

    def facts(self, key: str) -> Mapping[str, Any]:
        """When the key was made (seconds), its algorithm, where it is kept. Raises like `seal`."""


class Certifier(Protocol):
    """Makes keys, certificates and requests for them. Keys, certificates and requests are PEM."""

    def make_key(self, kind: str) -> str:
        """A new private key. Slow."""

    def issue(self, plan: Plan, key: str, signer: tuple[str, str] | None = None) -> Certificate:
        """A certificate for `key`, signed by `signer` (certificate and key) or by itself. Raises InvalidValue."""

    def sign(self, data: bytes, chain: Sequence[Certificate], key: str) -> str:
        """A detached CMS signature of `data` as PEM, with the certificates in it."""

    def request(self, plan: Plan, key: str) -> str:
        """A request for a certificate. Raises InvalidValue."""

    def proves(self, one: Certificate, key: str) -> bool:
        """Whether what `key` signs verifies under the certificate."""

    def complete(self, leaf: Certificate, known: Sequence[Certificate], now: float) -> tuple[Certificate, ...]:
        """`leaf` and all above it, up to one that signed itself. Raises CertificateRefused."""


class Reader(Protocol):
    """Reads certificates, keys and revocation lists, none of which it believes."""

    def certificates(self, text: str) -> tuple[Certificate, ...]:
        """The certificates in a PEM text that holds nothing else. Raises InvalidValue."""

    def bundle(self, data: bytes, password: str = "") -> Bundle:
        """Certificates, and a key if there is one, in PEM, DER or PKCS#12. Raises InvalidValue, KeyMismatch."""

    def key(self, text: str, password: str = "") -> str:
        """A private key, opened. Raises InvalidValue."""

    def pair(self, found: tuple[Certificate, ...], key: str) -> Bundle:
        """The certificate of `key` with those above it. Raises KeyMismatch."""

    def revocations(self, data: bytes) -> RevocationList:
        """What a revocation list says. Raises InvalidValue."""

    def check_issuer(self, revocations: RevocationList, known: Sequence[Certificate]) -> None:
        """Raise CertificateRefused unless an authority that is `known` has signed the list."""


class Deliveries(Protocol):
    """How far each receiver has got, by its name."""

    def read(self) -> Mapping[str, Delivered]:
        """All of them. Raises StateDamaged."""

    def keep(self, name: str, what: Delivered) -> None:
        """Keep it, durably. Raises StateDamaged, StorageFull, StorageFailed."""


class Imports(Protocol):
    """The one folder from which files are taken in."""

    def read(self, name: str) -> bytes:
        """What the file `name` holds. Raises UnknownFile, InvalidValue for one that is too large."""


class Machine(Protocol):
    """The machine that the box runs on."""

    def process(self) -> str:
        """A name of this process that no other process ever has."""

    def dead(self, processes: Collection[str]) -> set[str]:
        """Those of `processes` that no longer run."""

    def handshakes(self, address: str, port: int) -> Mapping[str, Sequence[str]] | None:
        """What TLS is accepted there: by version, its suites. None where nothing answers in time."""

    def check_power(self) -> None:
        """Raise ServiceRefused where the machine cannot be rebooted or shut down from here."""

    def reboot(self) -> None:
        """Restart the machine. Raises ServiceRefused."""

    def power_off(self) -> None:
        """Shut the machine down. Raises ServiceRefused."""


class Prepared(Protocol):
    """What a state wants of the services of the machine, rendered and checked, but not yet in place."""

    def apply(self) -> None:
        """Put it into place and have the services take it. Raises ServiceRefused; all is as before then."""

    def discard(self) -> None:
        """Forget it."""


class Services(Protocol):
    """The services of the machine that follow the state."""

    def prepare(self, old: State, new: State) -> Prepared:
        """Render what `new` wants and have the services' own checkers look at it.

        Nothing has changed when this returns. Raises ServiceRefused with the checker's words.
        """

    def heal(self, state: State) -> None:
        """Make the machine what `state` wants, after a crash in between. Raises ServiceRefused."""


class Hosted(Services, Protocol):
    """Services of which some listen."""

    def listeners(self, state: State) -> Sequence[Listener]:
        """Where they speak TLS, or would."""


class Doors(Protocol):
    """The doors of the machine, SSH and the console, as far as the box governs them."""

    def check(self) -> None:
        """Raise ServiceRefused where it does not: no boxmgmtd is deployed here."""

    def root_has_credential(self) -> bool:
        """Whether root has a password or a key to log in with. Raises ServiceRefused."""

    def host_keys(self) -> Sequence[HostKey]:
        """The host keys of sshd that stand on the machine now. Raises ServiceRefused."""


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
    mailer: Mailer
    sender: Sender
    deliveries: Deliveries
    clock: Clock
    release: str
    listeners: Callable[[State], Sequence[Listener]] = lambda state: ()

    def sync(self) -> None:
        """Make all records so far durable. Raises StorageFull, StorageFailed."""
        self.journal.sync()
        self.events.sync()
