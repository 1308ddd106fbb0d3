"""A file whose password would be hashed for an hour is refused before it is tried."""

import base64
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from sysmgmt.domain.errors import InvalidValue
from sysmgmt.vault import bundles, iterations, keys
from tests.support.openssl import EC, openssl

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


def element(tag: int, content: bytes) -> bytes:
    """An element in DER."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content


def encrypted(*numbers: int) -> bytes:
    """A key whose password goes through scrypt with these numbers: N, r and p."""
    cost = b"".join(element(2, one.to_bytes(5, "big")) for one in numbers)
    kdf = element(0x30, bytes.fromhex("06092b06010401da47040b") + element(0x30, SALT + cost))
    cipher = bytes.fromhex("301d060960864801650304012a0410ce9e965bc38cea1b211017a5aaf0c40c")
    scheme = element(0x30, bytes.fromhex("06092a864886f70d01050d") + element(0x30, kdf + cipher))
    return element(0x30, scheme + element(4, bytes(144)))


@pytest.mark.attack(44)
@pytest.mark.parametrize("numbers", [(1 << 21, 8, 1), (1 << 14, 1000, 1), (1 << 14, 8, 1 << 24), (1 << 38, 8, 1)])
def test_memory_and_lanes_count_like_rounds(numbers: tuple[int, int, int]) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidValue, match="hashed more than"):
        keys.read(encrypted(*numbers), "secret")
    assert time.monotonic() - began < 5
    with pytest.raises(InvalidValue, match="cannot be read"):  # the control: it is tried
        keys.read(encrypted(1 << 14, 8, 1), "secret")


@pytest.mark.attack(44)
def test_the_rounds_of_all_parts_count_together() -> None:
    part = nested(600_000)
    iterations.check(part * 4)
    with pytest.raises(InvalidValue, match="hashed more than"):
        iterations.check(part * 6)


@pytest.mark.attack(44)
def test_forms_that_could_hide_the_rounds_are_refused(tmp_path: Path) -> None:
    openssl("req", "-x509", *EC, "-noenc", "-keyout", "k", "-out", "c", "-subj", "/CN=E", folder=tmp_path)
    der = openssl("pkcs12", "-export", "-in", "c", "-inkey", "k", "-passout", "pass:x", folder=tmp_path)
    assert bundles.open_bundle(der, "x").key, "the control"
    indefinite = b"\x30\x80" + der[4:] + b"\0\0"
    with pytest.raises(InvalidValue, match="not written in DER"):
        bundles.open_bundle(indefinite, "x")
    pem = openssl("pkcs8", "-topk8", "-in", "k", "-passout", "pass:x", folder=tmp_path)
    assert keys.read(pem, "x"), "the control"
    for wrong in (b"A", pem.split(b"\n")[1][:61]):
        with pytest.raises(InvalidValue, match="not spelled right"):
            keys.read(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%b\n-----END ENCRYPTED PRIVATE KEY-----\n" % wrong, "x")
    with pytest.raises(InvalidValue, match="more in it than the key"):
        keys.read(pem.replace(b"KEY-----\n", b"KEY-----\nNote: x\n\n", 1), "x")


@pytest.mark.parametrize("options", [("-scrypt",), ("-v2", "aes256", "-iter", "100000"), ("-v1", "PBE-SHA1-3DES")])
def test_keys_as_openssl_encrypts_them_open(tmp_path: Path, options: tuple[str, ...]) -> None:
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k", folder=tmp_path)
    pem = openssl("pkcs8", "-topk8", "-in", "k", "-passout", "pass:x", *options, folder=tmp_path)
    assert keys.read(pem, "x")


def test_an_ordinary_encrypted_key_opens() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    assert keys.read(pem, "secret").private_numbers() == key.private_numbers()  # type: ignore[union-attr]


@pytest.mark.attack(44)
@pytest.mark.parametrize("tag", [b"\x04", b"\x30", b"\x02"])
def test_a_file_of_nothing_but_small_parts_is_looked_through_in_no_time(tag: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidValue):
        bundles.open_bundle(b"\x30\x83\x0f\xff\xf0" + (tag + b"\0") * (0xFFFF0 // 2), "x")
    assert time.monotonic() - began < 15


@pytest.mark.attack(44)
def test_a_million_blank_lines_are_read_in_no_time() -> None:
    began = time.monotonic()
    with pytest.raises(InvalidValue):
        bundles.open_bundle(b"-----BEGIN CERTIFICATE-----" + b"\n" * (bundles.MOST_BYTES - 100))
    assert time.monotonic() - began < 5
