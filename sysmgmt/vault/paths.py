"""The path from a certificate to an authority that is trusted (RFC 5280, FIA_X509_EXT.1).

The path is found and checked by `cryptography`: signatures, dates, CA flags, path lengths, name
constraints. What it says is for programmers, so that the reason that people read is looked for here.
"""

import datetime
import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.domain import certificates as rules
from sysmgmt.domain.errors import ServerRefused
from sysmgmt.domain.model import Certificate
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import certificates, revocations

LONGEST = 8
"""Authorities between a certificate and the one that is trusted."""
KNOWN = {"path length": "an authority above it allows fewer others below itself",
         "name constraint": "an authority above it may not vouch for its names",
         "extended key usage": "the extended key usage of an authority above it does not allow TLS servers",
         "critical extension": "a critical extension is not known here"}
"""What the library says, and what people are told."""


def verify(presented: Sequence[Certificate], trust: Trust, server: str) -> None:
    """Return if whoever shows `presented` (its own first) is `server`, as far as `trust` goes.

    Raises ServerRefused with the reason.
    """
    if not presented:
        raise ServerRefused(server=server, reason="it showed no certificate")
    if presented[0].fingerprint in trust.pins:
        wrong = [*rules.faults(presented[0], trust.now), *revocations.named(presented[0], trust.revocations)]
    else:
        wrong = _objections(presented, trust, server)
    if wrong:
        raise ServerRefused(server=server, reason=wrong[0])


def _objections(presented: Sequence[Certificate], trust: Trust, server: str) -> list[str]:
    leaf = presented[0]
    if wrong := [*rules.faults(leaf, trust.now), *rules.server_faults(leaf)]:
        return [f"its certificate cannot be used: {one}" for one in wrong]
    try:
        path = _path(presented, trust, server)
    except (verification.VerificationError, ValueError) as problem:
        return [*_reasons(presented, trust, server), explained(problem)]
    return [*_weak(path, trust), *revoked(path, trust)]


def explained(problem: Exception) -> str:
    """Why a path does not hold, in words for people where those are known."""
    found = next((words for part, words in KNOWN.items() if part in str(problem)), str(problem))
    return f"no path to a trusted authority holds: {found}"


def _path(presented: Sequence[Certificate], trust: Trust, server: str) -> list[Certificate]:
    if not trust.authorities:
        raise ValueError("nobody is trusted")
    found = policy(trust, _leaf()).build_server_verifier(_subject(server)).verify(
        load(presented[0]), [load(one) for one in presented[1:]])
    return [certificates.describe(one) for one in found]


def policy(trust: Trust, leaf: verification.ExtensionPolicy) -> verification.PolicyBuilder:
    """What is asked of every path, and of the certificate at its lower end."""
    builder = verification.PolicyBuilder().store(verification.Store([load(one) for one in trust.authorities]))
    builder = builder.time(datetime.datetime.fromtimestamp(trust.now, datetime.UTC)).max_chain_depth(LONGEST)
    return builder.extension_policies(ca_policy=_authority(), ee_policy=leaf)


def load(one: Certificate) -> x509.Certificate:
    """A certificate, for the library."""
    return x509.load_pem_x509_certificate(one.pem.encode())


def _subject(server: str) -> Any:
    try:
        return x509.IPAddress(ipaddress.ip_address(server))
    except ValueError:
        return x509.DNSName(server)


def _authority() -> verification.ExtensionPolicy:
    policy = verification.ExtensionPolicy.permit_all()
    policy = policy.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, _is_authority)
    policy = policy.may_be_present(x509.KeyUsage, verification.Criticality.AGNOSTIC, _may_sign)
    return policy.may_be_present(x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _for_servers)


def _leaf() -> verification.ExtensionPolicy:
    policy = verification.ExtensionPolicy.permit_all()
    return policy.require_present(x509.SubjectAlternativeName, verification.Criticality.AGNOSTIC, None)


def _is_authority(policy: Any, one: x509.Certificate, basic: x509.BasicConstraints) -> None:
    if not basic.ca:
        raise ValueError("the CA flag is not set")


def _may_sign(policy: Any, one: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("the key usage does not allow signing certificates")


def _for_servers(policy: Any, one: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not {ExtendedKeyUsageOID.SERVER_AUTH,
                                  ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.intersection(usage):
        raise ValueError("the extended key usage of an authority does not allow TLS servers")


def _reasons(presented: Sequence[Certificate], trust: Trust, server: str) -> Iterator[str]:
    """Why there is no path, as far as that can be seen from the certificates one by one."""
    for one in presented[1:]:
        for wrong in (*rules.faults(one, trust.now), *rules.authority_faults(one)):
            yield f"the certificate of {one.subject} cannot be used: {wrong}"
    known = {one.subject for one in trust.authorities}
    if not known.intersection(one.issuer for one in presented):
        yield ("it has signed its certificate itself" if presented[0].self_signed
               else f"{presented[-1].issuer}, who has signed its certificates, is not trusted")
    if not names(presented[0], server):
        yield f"its certificate is for {', '.join(presented[0].names) or 'no name at all'}"


def names(one: Certificate, server: str) -> bool:
    """Whether one of the alternative names of a certificate is `server`; `*` stands for one first label."""
    try:
        return f"IP:{ipaddress.ip_address(server)}" in one.names
    except ValueError:
        wanted = server.lower().rstrip(".")
    wild = "*." + wanted.partition(".")[2]
    return any(name.lower() in (f"dns:{wanted}", f"dns:{wild}") for name in one.names)


def _weak(path: Sequence[Certificate], trust: Trust) -> Iterator[str]:
    """What the path holds that is no longer secure; the signature of the one that is trusted does not matter."""
    for place, one in enumerate(path[1:], 2):
        for wrong in rules.faults(one if place < len(path) else one._replace(signature=""), trust.now):
            yield f"the certificate of {one.subject} cannot be used: {wrong}"


def revoked(path: Sequence[Certificate], trust: Trust) -> Iterator[str]:
    """What the revocation lists have against a path."""
    for one, issuer in zip(path, path[1:], strict=False):
        if objection := revocations.objection(one, issuer, trust):
            yield objection
