"""X.509 certificates: made, signed, requested, and read into what they say."""

import datetime
import ipaddress
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sysmgmt.domain import fingerprints
from sysmgmt.domain.certificates import Plan
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import Certificate, SigningRequest, Subject
from sysmgmt.vault import keys, panics

FIELDS = {"country": NameOID.COUNTRY_NAME, "state": NameOID.STATE_OR_PROVINCE_NAME,
          "locality": NameOID.LOCALITY_NAME, "org": NameOID.ORGANIZATION_NAME,
          "orgunit": NameOID.ORGANIZATIONAL_UNIT_NAME, "common_name": NameOID.COMMON_NAME,
          "email": NameOID.EMAIL_ADDRESS}
"""In the order in which a name is written."""
EXTENDED = {ExtendedKeyUsageOID.SERVER_AUTH: "server_auth", ExtendedKeyUsageOID.CLIENT_AUTH: "client_auth",
            ExtendedKeyUsageOID.CODE_SIGNING: "code_signing", ExtendedKeyUsageOID.OCSP_SIGNING: "ocsp_signing",
            ExtendedKeyUsageOID.EMAIL_PROTECTION: "email_protection",
            ExtendedKeyUsageOID.TIME_STAMPING: "time_stamping",
            ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any"}
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign")
SCHEMES = {"1.3.101.112": "ed25519", "1.3.101.113": "ed448", "1.2.840.113549.1.1.4": "md5",
           "1.2.840.113549.1.1.2": "md2", "1.2.840.113549.1.1.3": "md4"}
"""Algorithms that sign without a digest of their own, and those that are not even known any more."""
KINDS = {"DNS": x509.DNSName, "IP": x509.IPAddress, "email": x509.RFC822Name, "URI": x509.UniformResourceIdentifier}


def issue(plan: Plan, key: str, signer: tuple[str, str] | None = None) -> Certificate:
    """A certificate for the private key `key`, signed by `signer` (certificate and key) or by itself."""
    own = keys.read(key.encode())
    above = x509.load_pem_x509_certificate(signer[0].encode()) if signer else None
    signing = keys.read(signer[1].encode()) if signer else own
    subject = _name(plan.subject)
    begin = datetime.datetime.fromtimestamp(int(plan.now), datetime.UTC)
    end = begin + datetime.timedelta(days=plan.days)
    builder = x509.CertificateBuilder(
        issuer_name=above.subject if above else subject, subject_name=subject, public_key=own.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=begin,
        not_valid_after=min(end, above.not_valid_after_utc) if above else end)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
    builder = builder.add_extension(identifier, False)
    for extension, critical in _extensions(plan):
        builder = builder.add_extension(extension, critical)
    return describe(builder.sign(signing, _digest(signing)))


def request(plan: Plan, key: str) -> str:
    """A request for a certificate (PKCS#10) as PEM."""
    own = keys.read(key.encode())
    builder = x509.CertificateSigningRequestBuilder(subject_name=_name(plan.subject))
    for extension, critical in _extensions(plan):
        builder = builder.add_extension(extension, critical)
    return builder.sign(own, _digest(own)).public_bytes(Encoding.PEM).decode()


def check_request(one: SigningRequest) -> None:
    """Raise InvalidValue unless a request is for its subject and names, and made with its key, which is opened."""
    key = keys.read(one.key.encode())
    try:
        with panics.refused():
            found = x509.load_pem_x509_csr(one.pem.encode())
            names = _extension(found, x509.SubjectAlternativeName)
            fits = (found.public_bytes(Encoding.PEM).decode() == one.pem and found.is_signature_valid
                    and keys.fits(found.public_key(), key) and found.subject == _name(one.subject)
                    and list(names or ()) == [_alternative(name) for name in one.names])
    except Exception:  # whatever a library makes of hostile bytes
        fits = False
    if not fits or one.key_type != keys.kind(key.public_key()):
        raise InvalidValue(what="The request is another than it says")


def proves(pem: str, key: str) -> bool:
    """Whether what the private key `key` signs verifies under the certificate: by a certificate that it signs."""
    own = keys.read(key.encode())
    public: Any = x509.load_pem_x509_certificate(pem.encode()).public_key()
    signed = x509.CertificateSigningRequestBuilder(subject_name=x509.Name([])).sign(own, _digest(own))
    return signed.is_signature_valid and keys.fits(public, own)


def _extensions(plan: Plan) -> Iterator[tuple[x509.ExtensionType, bool]]:
    wanted = {"key_cert_sign", "crl_sign"} if plan.authority else {"digital_signature", "key_encipherment"}
    yield x509.BasicConstraints(plan.authority, 0 if plan.authority else None), True
    yield x509.KeyUsage(**{usage: usage in wanted for usage in USAGES}, encipher_only=False, decipher_only=False), True
    if not plan.authority:
        yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False
    if plan.names:
        yield x509.SubjectAlternativeName([_alternative(one) for one in plan.names]), False


def _name(subject: Subject) -> x509.Name:
    given = subject._asdict()
    try:
        return x509.Name([x509.NameAttribute(oid, given[field]) for field, oid in FIELDS.items() if given[field]])
    except ValueError:
        raise InvalidValue(what="The name of a certificate has a field that is too long or not spelled right") from None


def _alternative(text: str) -> x509.GeneralName:
    kind, _, value = text.partition(":")
    return x509.IPAddress(ipaddress.ip_address(value)) if kind == "IP" else KINDS[kind](value)


def _digest(key: keys.PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    large = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size > 256
    return hashes.SHA384() if large else hashes.SHA256()


def read(der: bytes) -> Certificate:
    """What a certificate in DER says. Raises InvalidValue."""
    try:
        with panics.refused():
            return describe(x509.load_der_x509_certificate(der))
    except Exception:  # whatever a library makes of hostile bytes
        raise InvalidValue(what="The certificate cannot be read") from None


def describe(one: x509.Certificate) -> Certificate:
    """What a certificate says. Raises ValueError for one that is not well-formed."""
    basic = _extension(one, x509.BasicConstraints)
    return Certificate(
        fingerprints.spelled(one.fingerprint(hashes.SHA256())), spelled(one.subject),
        spelled(one.issuer), f"{one.serial_number:X}", one.not_valid_before_utc.timestamp(),
        one.not_valid_after_utc.timestamp(), _key_type(one), signature(one),
        one.public_bytes(Encoding.PEM).decode(), tuple(_names(one)), tuple(_usages(one)),
        basic is not None and basic.ca, one.subject == one.issuer)


def spelled(name: x509.Name) -> str:
    """The name of somebody as people read it (RFC 4514)."""
    return name.rfc4514_string({NameOID.EMAIL_ADDRESS: "emailAddress"})


def _extension(one: x509.Certificate | x509.CertificateSigningRequest, kind: Any) -> Any:
    try:
        return one.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _key_type(one: x509.Certificate) -> str:
    if keys.EC_WITH_PARAMETERS in one.tbs_certificate_bytes:
        return "ec_explicit"
    try:
        return keys.kind(one.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return "unknown"


def signature(one: x509.Certificate | x509.CertificateRevocationList) -> str:
    """The digest of a signature, or of an algorithm without one its name."""
    try:
        digest = one.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    return digest.name if digest else SCHEMES.get(one.signature_algorithm_oid.dotted_string, "an unknown algorithm")


def _names(one: x509.Certificate) -> Iterator[str]:
    for name in _extension(one, x509.SubjectAlternativeName) or ():
        for kind, known in KINDS.items():
            if isinstance(name, known):
                yield f"{kind}:{name.value}"


def _usages(one: x509.Certificate) -> Iterator[str]:
    usage = _extension(one, x509.KeyUsage)
    if usage is not None:
        yield from (name for name in USAGES if getattr(usage, name))
    for extended in _extension(one, x509.ExtendedKeyUsage) or ():
        yield EXTENDED.get(extended, extended.dotted_string)
