"""Signatures that others verify with openssl: CMS (RFC 5652), detached, with the certificates inside."""

from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import load_pem_x509_certificate

from sysmgmt.domain.model import Certificate
from sysmgmt.vault import keys

OPTIONS = (pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities)


def detached(data: bytes, chain: Sequence[Certificate], key: str) -> str:
    """The signature of `data` as PEM, by the key of the first certificate in `chain`."""
    leaf, *above = [load_pem_x509_certificate(one.pem.encode()) for one in chain]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(leaf, keys.read(key.encode()), hashes.SHA256())
    for one in above:
        builder = builder.add_certificate(one)
    return builder.sign(Encoding.PEM, OPTIONS).decode()
