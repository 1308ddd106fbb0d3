"""TLS between partners: each side shows its cluster certificate, and accepts exactly those that were pasted.

No authority is asked. The pasted certificates are all that OpenSSL may trust, none of them is one of
an authority, and after each handshake the very certificate is compared, before a byte is believed.
"""

import os
import ssl
from collections.abc import Iterable

from sysmgmt.domain.model import Certificate
from sysmgmt.domain.partner_messages import Proof
from sysmgmt.vault import certificates

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
SUITES = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
"""What is spoken with TLS 1.2 (R133); with 1.3 both sides prefer AES-256 by themselves."""


def server(proof: Proof, partners: Iterable[Certificate]) -> ssl.SSLContext:
    """What is spoken with whoever connects: only `partners` get through the handshake."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, proof)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata="".join(one.pem for one in partners))
    context.num_tickets = 0  # nobody comes back without a certificate
    return context


def client(proof: Proof) -> ssl.SSLContext:
    """What is spoken with a partner; who that is, the caller compares with `shown` before anything is said."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, proof)


def _context(side: int, proof: Proof) -> ssl.SSLContext:
    context = ssl.SSLContext(side)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = VERSIONS[proof.tls_minimum]
    context.set_ciphers(SUITES)
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    present(context, proof.certificate + proof.key)
    return context


def present(context: ssl.SSLContext, own: str) -> None:
    """Have a context show the certificates in `own`, whose key is there too.

    They go by a file in memory, which has no name, since Python takes them from files only.
    """
    descriptor = os.memfd_create("own", os.MFD_CLOEXEC)
    with open(descriptor, "wb", buffering=0) as file:
        file.write(own.encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")


def shown(connection: ssl.SSLSocket) -> Certificate | None:
    """The certificate that the other end has shown in the handshake."""
    found = connection.getpeercert(binary_form=True)
    return certificates.read(found) if found else None
