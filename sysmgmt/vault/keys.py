"""Private keys: made, read, matched with certificates."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, PublicFormat, load_der_private_key, load_pem_private_key)

from sysmgmt.domain.certificates import ACCEPTED_KEYS, LEAST_RSA_BITS
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.vault import iterations, panics

# What the library thinks of odd but readable input would be printed for whoever is logged in.
warnings.filterwarnings("ignore", category=UserWarning, module=r"sysmgmt\.vault")

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

MAKERS: Mapping[str, Callable[[], PrivateKey]] = {
    "ec_p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
    "rsa4096": lambda: rsa.generate_private_key(65537, 4096),
}
CURVES = {"secp256r1": "ec_p256", "secp384r1": "ec_p384", "secp521r1": "ec_p521"}
EC_WITH_PARAMETERS = bytes.fromhex("06072a8648ce3d020130")
"""A public key on a curve that is not named but spelled out."""


def make(kind: str) -> str:
    """A new private key of one of the kinds, as PEM."""
    return written(MAKERS[kind]())


def written(key: Any) -> str:
    """A private key as PEM, not encrypted: it is sealed before it is stored."""
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def read(data: bytes, password: str = "") -> PrivateKey:
    """The private key in PEM or DER. Raises InvalidValue, which tells nothing of the key."""
    secret = password.encode() or None
    iterations.check(data)
    try:
        with panics.refused():
            key = (load_pem_private_key if b"-----BEGIN" in data else load_der_private_key)(data, secret)
    except TypeError:
        raise InvalidValue(what="The private key is encrypted, and needs its password" if not password
                           else "The private key is not encrypted, but a password was given") from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidValue(what="The private key cannot be read, or its password is another one") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise InvalidValue(what=f"The private key is too short: RSA keys need at least {LEAST_RSA_BITS} bits")
    if not isinstance(key, PrivateKey):
        raise InvalidValue(what=f"The private key is of another type than {ACCEPTED_KEYS}")
    return key


def kind(public: Any) -> str:
    """The type of a public key, in the words of `domain.certificates`."""
    if isinstance(public, rsa.RSAPublicKey):
        return f"rsa{public.key_size}"
    if isinstance(public, ec.EllipticCurvePublicKey):
        return CURVES.get(public.curve.name, public.curve.name)
    others = {"ed25519": ed25519.Ed25519PublicKey, "ed448": ed448.Ed448PublicKey}
    return next((name for name, other in others.items() if isinstance(public, other)), "unknown")


def fits(public: Any, key: PrivateKey) -> bool:
    """Whether a public key belongs to a private one."""
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    theirs: bytes = public.public_bytes(*form)
    return theirs == key.public_key().public_bytes(*form)
