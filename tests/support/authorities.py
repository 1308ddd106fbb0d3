"""Certificates as others make them, also those that nobody should make."""

import datetime
import ipaddress
from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
LONG_AGO, FAR_AWAY = NOW.replace(year=2020), NOW.replace(year=2060)
SIGNING, SHOWING = ("key_cert_sign", "crl_sign"), ("digital_signature",)


class Made(NamedTuple):
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """The private key as PEM."""
        text: bytes = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return text.decode()


class Wish(NamedTuple):
    """What a certificate is to be; a good one unless said otherwise. `ca` None leaves the CA flag out."""

    names: Sequence[str] = ("server.example",)
    ca: bool | None = False
    length: int | None = None
    usage: Sequence[str] | None = SHOWING
    extended: Sequence[Any] = (ExtendedKeyUsageOID.SERVER_AUTH,)
    begin: datetime.datetime = LONG_AGO
    end: datetime.datetime = FAR_AWAY
    digest: Any = hashes.SHA256()
    key: Any = None
    permitted: Sequence[str] = ()
    critical: bool = False


CA = Wish(names=(), ca=True, usage=SIGNING, extended=())
LEAF = Wish()


def make(name: str, issuer: Made | None = None, wish: Wish = LEAF) -> Made:
    """A certificate for `name`, by `issuer` or by itself."""
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer.certificate.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number(),
        wish.begin, wish.end)
    for extension, critical in extensions(wish):
        builder = builder.add_extension(extension, critical)
    return Made(builder.sign(issuer.key if issuer else key, wish.digest), key)


def extensions(wish: Wish) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions that a wish asks for."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    if wish.ca is not None:
        found.append((x509.BasicConstraints(wish.ca, wish.length), True))
    if wish.usage is not None:
        every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        found.append((x509.KeyUsage(**{one: one in wish.usage for one in every}), True))
    if wish.extended:
        found.append((x509.ExtendedKeyUsage(wish.extended), False))
    if wish.names:
        found.append((x509.SubjectAlternativeName([_called(one) for one in wish.names]), False))
    if wish.permitted:
        found.append((x509.NameConstraints([x509.DNSName(one) for one in wish.permitted], None), True))
    if wish.critical:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True))
    return found


def _called(name: str) -> x509.GeneralName:
    """A name or an address; an address behind `DNS:` is written where a name belongs."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.removeprefix("DNS:"))


def revocations(issuer: Made, revoked: Sequence[Made] = (), until: datetime.datetime = FAR_AWAY,
                key: Any = None, since: datetime.datetime = LONG_AGO, base: int | None = None) -> str:
    """A revocation list of `issuer` as PEM, signed with another key if one is given.

    With `base` it tells only of what came after the list of that number.
    """
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, since, until)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(one.certificate.serial_number, LONG_AGO).build())
    return builder.sign(key or issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
