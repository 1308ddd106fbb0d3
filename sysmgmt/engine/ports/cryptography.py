"""The ports of what is secret or signed: hashes, sealing, keys and certificates."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sysmgmt.domain.model import Certificate, Cost, RevocationList, SigningRequest

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.certificates import Bundle, Plan
    from sysmgmt.domain.truststore import Trust


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

    def issue(self, plan: "Plan", key: str, signer: tuple[str, str] | None = None) -> Certificate:
        """A certificate for `key`, signed by `signer` (certificate and key) or by itself. Raises InvalidValue."""

    def sign(self, data: bytes, chain: Sequence[Certificate], key: str) -> str:
        """A detached CMS signature of `data` as PEM, with the certificates in it."""

    def request(self, plan: "Plan", key: str) -> str:
        """A request for a certificate. Raises InvalidValue."""

    def proves(self, one: Certificate, key: str) -> bool:
        """Whether what `key` signs verifies under the certificate."""

    def complete(self, leaf: Certificate, above: "Trust") -> tuple[Certificate, ...]:
        """`leaf` and all above it, up to one that signed itself. Raises CertificateRefused."""


class Reader(Protocol):
    """Reads certificates, keys and revocation lists, none of which it believes."""

    def certificates(self, text: str) -> tuple[Certificate, ...]:
        """The certificates in a PEM text that holds nothing else. Raises InvalidValue."""

    def bundle(self, data: bytes, password: str = "") -> "Bundle":
        """Certificates, and a key if there is one, in PEM, DER or PKCS#12. Raises InvalidValue, KeyMismatch."""

    def key(self, text: str, password: str = "") -> str:
        """A private key, opened. Raises InvalidValue."""

    def pair(self, found: tuple[Certificate, ...], key: str) -> "Bundle":
        """The certificate of `key` with those above it. Raises KeyMismatch."""

    def check_request(self, one: SigningRequest) -> None:
        """Raise InvalidValue unless a request is for its subject and names, and made with its key, which is opened."""

    def revocations(self, data: bytes) -> RevocationList:
        """What a revocation list says. Raises InvalidValue."""

    def check_issuer(self, revocations: RevocationList, known: Sequence[Certificate]) -> None:
        """Raise CertificateRefused unless an authority that is `known` has signed the list as it should."""

    def check_revoked(self, found: Sequence[Certificate], lists: Sequence[str]) -> None:
        """Raise CertificateRefused if one of the certificates was revoked."""
