"""The engine's ports for certificates. What stands behind them is imported at first use: it is expensive."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sysmgmt.domain.certificates import Bundle, Plan
from sysmgmt.domain.model import Certificate, Partner, RevocationList, SigningRequest
from sysmgmt.domain.partner_messages import Heard, Message, Proof
from sysmgmt.domain.truststore import Trust

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from socket import socket
    from ssl import SSLContext

    Connected = Callable[[str, int, str], AbstractContextManager[socket]]


def client(trust: Trust, server: str, own: str = "") -> "SSLContext":
    """See `sysmgmt.vault.outgoing.client`."""
    from sysmgmt.vault import outgoing

    return outgoing.client(trust, server, own)


class Certifier:
    """See `sysmgmt.engine.ports.Certifier`."""

    def make_key(self, kind: str) -> str:
        """See the port."""
        from sysmgmt.vault import keys

        return keys.make(kind)

    def issue(self, plan: Plan, key: str, signer: tuple[str, str] | None = None) -> Certificate:
        """See the port."""
        from sysmgmt.vault import certificates

        return certificates.issue(plan, key, signer)

    def sign(self, data: bytes, chain: Sequence[Certificate], key: str) -> str:
        """See the port."""
        from sysmgmt.vault import signatures

        return signatures.detached(data, chain, key)

    def request(self, plan: Plan, key: str) -> str:
        """See the port."""
        from sysmgmt.vault import certificates

        return certificates.request(plan, key)

    def proves(self, one: Certificate, key: str) -> bool:
        """See the port."""
        from sysmgmt.vault import certificates

        return certificates.proves(one.pem, key)

    def complete(self, leaf: Certificate, above: Trust) -> tuple[Certificate, ...]:
        """See the port."""
        from sysmgmt.vault import chains

        return chains.complete(leaf, above)


class Reader:
    """See `sysmgmt.engine.ports.Reader`."""

    def certificates(self, text: str) -> tuple[Certificate, ...]:
        """See the port."""
        from sysmgmt.vault import bundles

        return bundles.read_certificates(text)

    def bundle(self, data: bytes, password: str = "") -> Bundle:
        """See the port."""
        from sysmgmt.vault import bundles

        return bundles.open_bundle(data, password)

    def key(self, text: str, password: str = "") -> str:
        """See the port."""
        from sysmgmt.vault import keys

        return keys.written(keys.read(text.encode(), password))

    def pair(self, found: tuple[Certificate, ...], key: str) -> Bundle:
        """See the port."""
        from sysmgmt.vault import bundles

        return bundles.paired(found, key)

    def check_request(self, one: SigningRequest) -> None:
        """See the port."""
        from sysmgmt.vault import certificates

        certificates.check_request(one)

    def revocations(self, data: bytes) -> RevocationList:
        """See the port."""
        from sysmgmt.vault import revocations

        return revocations.read(data)

    def check_issuer(self, revocations: RevocationList, known: Sequence[Certificate]) -> None:
        """See the port."""
        from sysmgmt.vault import revocations as lists

        lists.check_issuer(revocations.pem, known)

    def check_revoked(self, found: Sequence[Certificate], lists: Sequence[str]) -> None:
        """See the port."""
        from sysmgmt.vault import revocations

        revocations.check(found, lists)


class Servers:
    """See `sysmgmt.engine.ports.Servers`; `connected` makes connections, and raises ServerUnreachable."""

    def __init__(self, connected: "Connected") -> None:
        self._connected = connected

    def presented(self, server: str, port: int, tls_minimum: str, protocol: str = "") -> tuple[Certificate, ...]:
        """See the port."""
        from sysmgmt.vault import outgoing

        with self._connected(server, port, protocol) as plain:
            return outgoing.presented(server, tls_minimum, plain)

    def check(self, trust: Trust, server: str, port: int) -> None:
        """See the port."""
        from sysmgmt.vault import outgoing

        with self._connected(server, port, "") as plain:
            outgoing.check(trust, server, plain)


class Partners:
    """See `sysmgmt.engine.ports.Partners`; `place` says where they are, and raises ServerUnreachable."""

    def __init__(self, place: Callable[[str, int], tuple[str, int]]) -> None:
        self._place = place

    def ask(self, one: Partner, proof: Proof | None, message: Message) -> Heard:
        """See the port."""
        from sysmgmt.vault import partners

        return partners.ask(one, partners.found(one, self._place), proof, message)
