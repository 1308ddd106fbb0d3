"""Known answers of the cryptography that the box uses: published test vectors, computed anew (FPT_TST.1)."""

from collections.abc import Callable, Mapping

from sysmgmt.domain.model import Cost
from sysmgmt.vault import argon2id

_GCM_KEY = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
_GCM_NONCE, _GCM_BOUND = "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2"
_GCM_TEXT = ("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
             "b16aedf5aa0de657ba637b39")
_P256_X, _P256_Y = ("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
                    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
_P256_R, _P256_S = ("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
                    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
_ED25519_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
_ED25519_SIGNATURE = ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                      "d25bf5f0595bbe24655141438e7a100b")


def _sealed() -> str:
    """McGrew and Viega, test case 16: the tag, if what was sealed opens and an altered one does not."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, text = AESGCM(bytes.fromhex(_GCM_KEY)), bytes.fromhex(_GCM_TEXT)
    nonce, bound = bytes.fromhex(_GCM_NONCE), bytes.fromhex(_GCM_BOUND)
    sealed = cipher.encrypt(nonce, text, bound)
    if cipher.decrypt(nonce, sealed, bound) != text:
        return "it does not open"
    try:
        cipher.decrypt(nonce, sealed, bound[:-1])
    except InvalidTag:
        return sealed[-16:].hex()
    return "an altered one opens"


def _signed_p256() -> str:
    """RFC 6979, A.2.5: the message "sample" with SHA-256."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    numbers = ec.EllipticCurvePublicNumbers(int(_P256_X, 16), int(_P256_Y, 16), ec.SECP256R1())
    signature = encode_dss_signature(int(_P256_R, 16), int(_P256_S, 16))
    key = numbers.public_key()
    return _verdict(lambda text: key.verify(signature, text, ec.ECDSA(hashes.SHA256())), b"sample")


def _signed_ed25519() -> str:
    """RFC 8032, 7.1, test 1."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(_ED25519_KEY))
    return _verdict(lambda text: key.verify(bytes.fromhex(_ED25519_SIGNATURE), text), b"")


def _verdict(verify: Callable[[bytes], None], text: bytes) -> str:
    from cryptography.exceptions import InvalidSignature

    verify(text)
    try:
        verify(text + b"x")
    except InvalidSignature:
        return "verified"
    return "an altered text verifies"


def _hashed() -> str:
    """The test vector of the reference implementation with 256 KiB."""
    return argon2id.raw(b"password", b"somesalt", Cost(passes=2, memory=256, lanes=1)).hex()


def _digest() -> str:
    """FIPS 180-4: the message "abc"."""
    import hashlib  # brings all of OpenSSL

    return hashlib.sha256(b"abc").hexdigest()


def _keyed() -> str:
    """RFC 4231, test case 1."""
    import hmac

    return hmac.new(b"\x0b" * 20, b"Hi There", "sha256").hexdigest()


ANSWERS: Mapping[str, tuple[Callable[[], str], str]] = {
    "SHA-256": (_digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    "HMAC-SHA-256": (_keyed, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    "AES-256-GCM": (_sealed, "76fc6ece0f4e1768cddf8853bb2d551b"),
    "ECDSA P-256": (_signed_p256, "verified"),
    "Ed25519": (_signed_ed25519, "verified"),
    "argon2id": (_hashed, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
}
"""By name: what computes it, and the answer that is known."""


def wrong(answers: Mapping[str, tuple[Callable[[], str], str]] = ANSWERS) -> list[str]:
    """The names of those that do not give the known answer, or fail."""
    return [name for name, (compute, known) in answers.items() if not _gives(compute, known)]


def _gives(compute: Callable[[], str], known: str) -> bool:
    try:
        return compute() == known
    except Exception:  # whatever it is, the answer is not the known one
        return False
