"""What a certificate of the box stands upon: found, and checked as that of a server would be elsewhere (B06)."""

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import verification

from sysmgmt.domain import certificates as rules
from sysmgmt.domain.model import Certificate
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import paths


def complete(leaf: Certificate, above: Trust) -> tuple[Certificate, ...]:
    """A certificate of the box with all that is above it, up to an authority that signed itself.

    `above` are those that it may be made of. Raises CertificateRefused where a step is missing, or
    is not what it has to be.
    """
    chain = [leaf]
    while not _signed_by(chain[-1], chain[-1]):
        chain.append(_next(chain, above.authorities))
        rules.refuse(chain[-1], [*rules.faults_above(chain[-1], above.now), *rules.authority_faults(chain[-1])])
    rules.refuse(leaf, list(_objections(chain, above))[:1])
    return tuple(chain)


def _next(chain: Sequence[Certificate], known: Sequence[Certificate]) -> Certificate:
    """The one that signed the last of a chain. Raises CertificateRefused."""
    last = chain[-1]
    found = next((one for one in known if one not in chain and _signed_by(last, one)), None)
    if found is None:
        rules.refuse(chain[0], [
            f"{last.subject} names itself as its issuer, but its signature is not its own" if last.self_signed else
            f"the certificate of {last.issuer}, which signed {last.subject}, is neither with it nor in the truststore"])
    assert found is not None
    return found


def _signed_by(one: Certificate, above: Certificate) -> bool:
    try:
        paths.load(one).verify_directly_issued_by(paths.load(above))
        return True
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False


def _objections(chain: Sequence[Certificate], above: Trust) -> Iterator[str]:
    """Why a whole chain does not hold."""
    yield from _too_long(chain)
    try:
        _verify(chain, above)
    except (verification.VerificationError, ValueError) as problem:
        yield paths.explained(problem)
    yield from paths.revoked(chain, above)


def _too_long(chain: Sequence[Certificate]) -> Iterator[str]:
    for below, one in enumerate(chain[1:]):
        longest = paths.load(one).extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        if longest is not None and below > longest:
            yield f"{one.subject} allows {longest} other authorities below itself, and there are {below}"


def _verify(chain: Sequence[Certificate], above: Trust) -> None:
    """Raise VerificationError unless the chain holds, whoever it is for.

    A certificate of version 1 is no part of it, since the library knows none: openssl makes such
    ones, they have no extensions, and that its signature is right has been seen.
    """
    found = [one for one in map(paths.load, chain) if one.version is x509.Version.v3]
    if found:
        anchored = above._replace(authorities=tuple(chain[-1:]))
        paths.policy(anchored, verification.ExtensionPolicy.permit_all()).build_client_verifier().verify(
            found[0], found[1:])
