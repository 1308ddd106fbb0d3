"""Lists of revoked certificates (CRLs): read, and asked."""

from collections.abc import Iterable, Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from sysmgmt.domain import certificates as rules
from sysmgmt.domain.errors import CertificateRefused, InvalidValue
from sysmgmt.domain.model import Certificate, RevocationList
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import bundles, certificates, panics


def read(data: bytes) -> RevocationList:
    """What one list, in PEM or DER, says; it has no name yet. Raises InvalidValue."""
    if b"-----BEGIN" in data:
        found = bundles.blocks(data.decode("ascii", "replace"))
        if len(found) != 1 or found[0].label != "X509 CRL":
            raise InvalidValue(what="Expected one revocation list, from -----BEGIN X509 CRL----- to its end")
        data = bundles.decoded(found[0])
    try:
        with panics.refused():
            told, partial = _told(x509.load_der_x509_crl(data))
    except Exception:  # whatever a library makes of hostile bytes
        raise InvalidValue(what="The revocation list cannot be read") from None
    if partial:
        raise InvalidValue(what="The revocation list does not tell of all certificates of its authority")
    return told


def _told(one: x509.CertificateRevocationList) -> tuple[RevocationList, bool]:
    """What a list says, and whether it tells of some certificates of its authority only."""
    until = one.next_update_utc
    told = RevocationList("", certificates.spelled(one.issuer), one.public_bytes(Encoding.PEM).decode(), len(one),
                          one.last_update_utc.timestamp(), until.timestamp() if until else None)
    return told, any(each.critical for each in one.extensions)


def check_issuer(text: str, known: Iterable[Certificate]) -> None:
    """Raise CertificateRefused unless one of the authorities that are `known` has signed the list in PEM."""
    one = x509.load_pem_x509_crl(text.encode())
    issuer = certificates.spelled(one.issuer)
    wrong = list(rules.signature_faults(certificates.signature(one)))
    if not any(each.subject == issuer and _signed(one, each) and _may_sign(each) for each in known):
        wrong.append("no authority of the truststore that may sign it has signed it")
    if wrong:
        raise CertificateRefused(subject=f"the revocation list of {issuer}", reasons=wrong[0])


def named(one: Certificate, lists: Iterable[str]) -> Iterator[str]:
    """That a certificate was revoked, whoever vouches for it: each list was checked when it came."""
    if any(certificates.spelled(each.issuer) == one.issuer and _names(each, one) for each in _loaded(lists)):
        yield f"the certificate of {one.subject} was revoked"


def check(found: Iterable[Certificate], lists: Iterable[str]) -> None:
    """Raise CertificateRefused if one of the certificates was revoked."""
    for one in found:
        rules.refuse(one, ["it was revoked"] if any(named(one, lists)) else [])


def objection(one: Certificate, issuer: Certificate, trust: Trust) -> str:
    """Why the lists speak against a certificate of `issuer`, or ''.

    Where there is a list of that authority, it has to be one that can be relied upon; there may have to be one.
    """
    own = [each for each in _loaded(trust.revocations) if certificates.spelled(each.issuer) == issuer.subject]
    signed = [each for each in own if _signed(each, issuer)]
    if trust.listed and not own:
        return f"there is no revocation list of {issuer.subject}, which the security level requires"
    if own and not (signed and _may_sign(issuer)):
        return f"the revocation list of {issuer.subject} was not signed by an authority that may sign it"
    if any(_names(each, one) for each in signed):
        return f"the certificate of {one.subject} was revoked"
    if signed and all(each.next_update_utc and each.next_update_utc.timestamp() < trust.now for each in signed):
        return f"the revocation list of {issuer.subject} is out of date"
    return ""


def _loaded(lists: Iterable[str]) -> Iterator[x509.CertificateRevocationList]:
    return (x509.load_pem_x509_crl(text.encode()) for text in lists)


def _names(revoked: x509.CertificateRevocationList, one: Certificate) -> bool:
    return revoked.get_revoked_certificate_by_serial_number(int(one.serial, 16)) is not None


def _may_sign(authority: Certificate) -> bool:
    restricted = {"key_cert_sign", "digital_signature", "crl_sign"}.intersection(authority.usages)
    return authority.authority and ("crl_sign" in authority.usages or not restricted)


def _signed(one: x509.CertificateRevocationList, authority: Certificate) -> bool:
    try:
        key = x509.load_pem_x509_certificate(authority.pem.encode()).public_key()
        return one.is_signature_valid(key)  # type: ignore[arg-type]  # any other key is a TypeError
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False
