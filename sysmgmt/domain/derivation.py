"""What is stored beside a key, a certificate or a list says what that says: it is read anew, and compared.

People are shown the fields, and the box works with what they were once read from.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from sysmgmt.domain import ssh_keys, truststore
from sysmgmt.domain.certificates import Bundle
from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.domain.model import (
    Certificate, Identity, RevocationList, SigningRequest, SshKey, State, TrustedCertificate)
from sysmgmt.domain.records import Records


class Reader(Protocol):
    """Reads certificates, keys and lists, none of which it believes: it refuses what it cannot read."""

    def certificates(self, text: str) -> tuple[Certificate, ...]:
        """The certificates in a PEM text that holds nothing else."""

    def key(self, text: str) -> str:
        """A private key, as the box writes it."""

    def pair(self, found: tuple[Certificate, ...], key: str) -> Bundle:
        """The certificate of `key` with those above it."""

    def check_request(self, one: SigningRequest) -> None:
        """Refuse a request that is not for this subject and these names, or not made with this key."""

    def revocations(self, data: bytes) -> RevocationList:
        """What a revocation list says."""


def check(content: State, reader: Reader) -> None:
    """Raise InvalidValue for what is another than its fields say; no secret of the content is sealed."""
    for what, is_true in _statements(content, reader):
        if not is_true:
            raise InvalidValue(what=f"The file has {what} that is another than it says")


def _statements(content: State, reader: Reader) -> Iterator[tuple[str, bool]]:
    yield from (("an SSH key", _is_key(one)) for one in content.ssh_keys.values())
    yield from (("a certificate", _is_certificate(reader, one)) for one in _certificates(content))
    yield from (("a trusted certificate", _is_trusted(one)) for one in content.trusted_certificates.values())
    yield from (("a certificate's key", _is_own(reader, one)) for one in content.identities.values())
    yield from (("a certificate request", _is_request(reader, one)) for one in content.signing_requests.values())
    yield from (("a revocation list", _is_list(reader, one)) for one in content.revocation_lists.values())


def _certificates(value: Any) -> Iterator[Certificate]:
    """Every certificate, wherever it stands."""
    if isinstance(value, Certificate):
        yield value
    elif isinstance(value, Records):
        for one in value.values():
            yield from _certificates(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _certificates(one)


def _is_key(one: SshKey) -> bool:
    try:
        return (ssh_keys.read(one.line) == (one.line, "") and ssh_keys.fingerprint(one.line) == one.fingerprint
                and one.id == f"{one.user} {one.fingerprint}")
    except InvalidValue:
        return False


def _is_certificate(reader: Reader, one: Certificate) -> bool:
    try:
        return reader.certificates(one.pem) == (one,)
    except Refusal:
        return False


def _is_trusted(one: TrustedCertificate) -> bool:
    """Whether it would be taken while its certificates are valid."""
    try:
        for each in one.certificates:
            truststore.check(each, one.server, each.not_after)
    except Refusal:
        return False
    return bool(one.certificates) and set(one.purposes) <= set(truststore.PURPOSES)


def _is_own(reader: Reader, one: Identity) -> bool:
    try:
        return reader.key(one.key) == one.key and reader.pair(
            one.certificates, one.key).certificates[0] == one.certificates[0]
    except Refusal:
        return False


def _is_request(reader: Reader, one: SigningRequest) -> bool:
    try:
        reader.check_request(one)
        return reader.key(one.key) == one.key
    except Refusal:
        return False


def _is_list(reader: Reader, one: RevocationList) -> bool:
    try:
        return reader.revocations(one.pem.encode()) == one._replace(name="", added_by="", added_at=None)
    except Refusal:
        return False
