"""What comes in: certificates and keys as PEM, DER or PKCS#12. None of it is believed."""

import base64
import binascii
import re
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from sysmgmt.domain.certificates import Bundle
from sysmgmt.domain.errors import InvalidValue, KeyMismatch
from sysmgmt.domain.model import Certificate
from sysmgmt.vault import certificates, iterations, keys, panics

MOST_BYTES = 1 << 20
MOST_CERTIFICATES = 32
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t\r]*\n([^-]*)-----END \1-----[ \t\r]*(?:\n|$)")


class Block(NamedTuple):
    """One block of a PEM text: its label, all of it, what it holds."""

    label: str
    text: str
    content: str


def blocks(text: str) -> list[Block]:
    """The blocks of a PEM text that holds nothing else. Raises InvalidValue."""
    if len(text) > MOST_BYTES:
        raise InvalidValue(what=f"A certificate file has at most {MOST_BYTES >> 10} KiB")
    found, place = [], 0
    for match in _BLOCK.finditer(text):
        if text[place:match.start()].strip():
            raise InvalidValue(what="There is text beside the certificates; give nothing but what stands from "
                               "-----BEGIN to -----END")
        found.append(Block(match[1], match[0].strip(), match[2]))
        place = match.end()
    if not found or text[place:].strip():
        raise InvalidValue(what="Expected certificates in PEM, each from -----BEGIN to -----END")
    return found


def read_certificates(text: str) -> tuple[Certificate, ...]:
    """The certificates in a PEM text that holds nothing else. Raises InvalidValue."""
    return _read(blocks(text))


def _read(found: list[Block]) -> tuple[Certificate, ...]:
    wrong = [one.label for one in found if one.label not in ("CERTIFICATE", "X509 CERTIFICATE")]
    if wrong:
        raise InvalidValue(what=f"Expected certificates only, but there is a block {wrong[0]}")
    if len(found) > MOST_CERTIFICATES:
        raise InvalidValue(what=f"There are more than {MOST_CERTIFICATES} certificates")
    return tuple(certificates.read(decoded(one)) for one in found)


def decoded(one: Block) -> bytes:
    """The bytes that a block holds. Raises InvalidValue."""
    try:
        return base64.b64decode("".join(one.content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValue(what=f"The block {one.label} is not spelled right") from None


def open_bundle(data: bytes, password: str = "") -> Bundle:
    """The certificates in PEM, DER or PKCS#12, in order, and the key if there is one.

    Raises InvalidValue, KeyMismatch.
    """
    if len(data) > MOST_BYTES:
        raise InvalidValue(what=f"A certificate file has at most {MOST_BYTES >> 10} KiB")
    if b"-----BEGIN" in data:
        return _from_pem(data, password)
    try:
        return Bundle((certificates.read(data),))
    except InvalidValue:
        return _from_pkcs12(data, password)


def _from_pem(data: bytes, password: str) -> Bundle:
    try:
        found = blocks(data.decode("ascii"))
    except UnicodeDecodeError:
        raise InvalidValue(what="There is text beside the certificates; give nothing but what stands from "
                           "-----BEGIN to -----END") from None
    private = [one for one in found if one.label.endswith("PRIVATE KEY")]
    if len(private) > 1:
        raise InvalidValue(what="There is more than one private key")
    others = _read([one for one in found if one not in private])
    key = keys.written(keys.read(private[0].text.encode(), password)) if private else ""
    return paired(others, key)


def _from_pkcs12(data: bytes, password: str) -> Bundle:
    iterations.check(data)
    try:
        with panics.refused():
            key, leaf, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidValue(what="This is neither a certificate nor a PKCS#12 file, or its password is another "
                           "one") from None
    found = [one for one in (leaf, *others) if one is not None]
    if len(found) > MOST_CERTIFICATES:
        raise InvalidValue(what=f"There are more than {MOST_CERTIFICATES} certificates")
    read = tuple(certificates.read(one.public_bytes(Encoding.DER)) for one in found)
    return paired(read, keys.written(keys.read(keys.written(key).encode())) if key else "")


def paired(found: tuple[Certificate, ...], key: str) -> Bundle:
    """Certificates in order: the one of the key, or else the first, then one above the other.

    What does not belong to the chain is left out. Raises InvalidValue, KeyMismatch.
    """
    if not found:
        raise InvalidValue(what="There is a private key in it, but no certificate" if key
                           else "There is no certificate in it")
    first = next((one for one in found if fits(one, key)), None) if key else found[0]
    if first is None:
        raise KeyMismatch(whose=" that came with it")
    chain = [first]
    while above := next((one for one in found if one.subject == chain[-1].issuer and one not in chain), None):
        chain.append(above)
    return Bundle(tuple(chain), key)


def fits(one: Certificate, key: str) -> bool:
    """Whether a certificate is the one of a private key."""
    from cryptography import x509

    try:
        return keys.fits(x509.load_pem_x509_certificate(one.pem.encode()).public_key(), keys.read(key.encode()))
    except (ValueError, UnsupportedAlgorithm):
        return False
