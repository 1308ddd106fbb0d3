"""A file whose password would be hashed for an hour is refused before it is tried."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from sysmgmt.domain.errors import InvalidValue
from sysmgmt.vault import bundles, iterations, keys

SALT = b"\x04\x08saltsalt"


def nested(count: int, depth: int = 6) -> bytes:
    """An integer behind a salt, some structures deep, as PKCS#12 and PKCS#8 have it."""
    number = count.to_bytes(5, "big")
    der = SALT + b"\x02" + bytes([len(number)]) + number
    for tag in (b"\x30", b"\x04", b"\xa0") * (depth // 3):
        der = tag + b"\x82" + len(der).to_bytes(2, "big") + der
    return b"\x30\x82" + len(der).to_bytes(2, "big") + der


@pytest.mark.attack(44)
def test_too_many_rounds_are_refused_wherever_they_stand() -> None:
    with pytest.raises(InvalidValue, match="hashed more than"):
        iterations.check(nested(2**31 - 1))
    iterations.check(nested(600_000))
    pem = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%b\n-----END ENCRYPTED PRIVATE KEY-----\n" % base64.b64encode(
        nested(2**31 - 1))
    began = time.monotonic()
    with pytest.raises(InvalidValue, match="hashed more than"):
        keys.read(pem, "secret")
    assert time.monotonic() - began < 5


def test_an_ordinary_encrypted_key_opens() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    assert keys.read(pem, "secret").private_numbers() == key.private_numbers()  # type: ignore[union-attr]


@pytest.mark.attack(44)
def test_a_million_blank_lines_are_read_in_no_time() -> None:
    began = time.monotonic()
    with pytest.raises(InvalidValue):
        bundles.open_bundle(b"-----BEGIN CERTIFICATE-----" + b"\n" * (bundles.MOST_BYTES - 100))
    assert time.monotonic() - began < 5
