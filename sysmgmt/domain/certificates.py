"""Certificates: what is asked of one, which are refused and why, and which the box has (R225-R229, B04-B19)."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, TypeVar

from sysmgmt.domain import bounds, fingerprints
from sysmgmt.domain.errors import (
    CertificateRefused, InvalidValue, MissingValue, NoCertificate, NoRequest, RequestOutstanding)
from sysmgmt.domain.model import Certificate, Identity, SigningRequest, State, Subject
from sysmgmt.domain.secrecy import MASK
from sysmgmt.domain.times import DAY, iso

KEY_TYPES = ("ec_p384", "rsa3072", "rsa4096", "rsa2048")
"""What the box makes, the best first."""
ACCEPTED_CURVES = ("ec_p256", "ec_p384", "ec_p521")
LEAST_RSA_BITS = 2048
ACCEPTED_KEYS = f"RSA keys from {LEAST_RSA_BITS} bits on, and EC keys on P-256, P-384 or P-521"
ACCEPTED_DIGESTS = ("sha256", "sha384", "sha512")
"""What the signature under a certificate or a revocation list is made with (R257)."""
AHEAD = 30 * DAY
"""Seconds before its end from which on a certificate is renewed or warned of (B30)."""
ROOT, SYSTEM, CLUSTER = "root", "system", "cluster"
WEB = ("web", "web_other")
"""The certificate that the web server shows, and the one before it while it may still come back."""
ROOT_DAYS = 7300
MOST_DAYS = bounds.of(Identity, "days").most
INTERNAL, EXTERNAL = "internal", "external"
SHORT = ("CN", "C", "ST", "L", "O", "OU", "emailAddress")
"""How the fields of a subject are written."""
PLACES = {ROOT: "signs the certificates of the box", SYSTEM: "the certificate of the box itself",
          CLUSTER: "by which the partners of the box know it",
          **dict.fromkeys(WEB, "the web server")}
"""What the certificates of the box are for, by use."""


_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
T = TypeVar("T")


class PrivateKey(NamedTuple):
    """A private key that was made, and its type."""

    kind: str
    pem: str


class Plan(NamedTuple):
    """A certificate that is to be made: for whom, under which names, from when on, for how many days."""

    subject: Subject
    names: tuple[str, ...]
    now: float
    days: int
    authority: bool = False


class Bundle(NamedTuple):
    """What came in: the certificate first, then those above it; the private key (PEM) if it came along."""

    certificates: tuple[Certificate, ...]
    key: str = ""


def given(command: str, pem: T | None, file: T | None) -> T:
    """What was given in one of two ways. Raises MissingValue, InvalidValue."""
    if pem is not None and file is not None:
        raise InvalidValue(what="Give either pem or file, not both")
    found = file if pem is None else pem
    if found is None:
        raise MissingValue(f"{command} needs a value for pem or file.",
                           "Give pem=-, at a terminal to be asked for it and in a batch with the lines that follow, "
                           "or the file=NAME of a file in the import folder.")
    return found


def spelled(subject: Subject) -> str:
    """A subject as people read it."""
    return ", ".join(f"{name}={value}" for name, value in zip(SHORT, subject, strict=True) if value)


def alternatives(common_name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The alternative names of a new certificate: without any, the common name where it can be one."""
    return names or ((f"DNS:{common_name.lower()}",) if _HOST.fullmatch(common_name) else ())


def doubts(one: Certificate) -> tuple[str, ...]:
    """What is not wrong with a certificate of the box, but will be met with refusal elsewhere."""
    return () if one.names else ("The certificate has no alternative names: most others will refuse it.",)


def faults(one: Certificate, now: float) -> Iterator[str]:
    """Why a certificate cannot be used whatever it is for."""
    if now < one.not_before:
        yield f"it is not valid before {iso(one.not_before)}"
    if now > one.not_after:
        yield f"it expired on {iso(one.not_after)}"
    yield from signature_faults(one.signature)
    yield from _key_faults(one.key_type)


def signature_faults(digest: str) -> Iterator[str]:
    """Why a signature made with `digest` proves nothing; "" is one that does not matter."""
    if digest and digest not in ACCEPTED_DIGESTS:
        yield f"it is signed with {digest}, and SHA-256, SHA-384 and SHA-512 are accepted"


def faults_above(one: Certificate, now: float) -> Iterator[str]:
    """Why nobody can rely on a certificate that stands above others; what signed itself proves nothing by that."""
    yield from faults(one._replace(signature="") if one.self_signed else one, now)


def _key_faults(key_type: str) -> Iterator[str]:
    if key_type.startswith("rsa"):
        if int(key_type.removeprefix("rsa")) < LEAST_RSA_BITS:
            yield f"its RSA key has less than {LEAST_RSA_BITS} bits"
    elif key_type == "ec_explicit":
        yield "its key spells out the parameters of its curve"
    elif key_type not in ACCEPTED_CURVES:
        yield f"its key is of the type {key_type}, and {ACCEPTED_KEYS} are accepted"


def authority_faults(one: Certificate) -> Iterator[str]:
    """Why a certificate is not one of an authority."""
    if not one.authority:
        yield "it is not one of a certificate authority (its CA flag is not set)"
    if _restricted(one) and "key_cert_sign" not in one.usages:
        yield "its key usage does not allow signing certificates"


def server_faults(one: Certificate) -> Iterator[str]:
    """Why a certificate is not one with which a server shows who it is."""
    if _restricted(one) and not {"digital_signature", "key_encipherment", "key_agreement"}.intersection(one.usages):
        yield "its key usage does not allow TLS"
    if _extended(one) and not {"server_auth", "any"}.intersection(one.usages):
        yield "its extended key usage does not include server authentication"


def _restricted(one: Certificate) -> bool:
    """Whether there is a key usage extension: without one everything is allowed."""
    return any(usage in USAGES for usage in one.usages)


def _extended(one: Certificate) -> bool:
    return any(usage not in USAGES for usage in one.usages)


USAGES = frozenset({"digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"})
"""Names of key usages; any other usage is an extended one."""


def check_leaf(one: Certificate, now: float) -> None:
    """Raise CertificateRefused for a certificate that the box itself cannot show."""
    wrong = [*faults(one, now), *(["it is one of a certificate authority"] if one.authority else []),
             *server_faults(one)]
    refuse(one, wrong)


def refuse(one: Certificate, wrong: list[str]) -> None:
    """Raise CertificateRefused if anything is wrong."""
    if wrong:
        raise CertificateRefused(subject=one.subject or one.fingerprint, reasons=", and ".join(wrong))


def identity(state: State, use: str) -> Identity:
    """The key and certificate for a use. Raises NoCertificate."""
    found = state.identities.get(use)
    if found is None:
        raise NoCertificate(what=f"{use} certificate")
    return found


def fault(own: Identity, now: float) -> str:
    """Why nobody can believe a certificate of the box now: for itself, or for what is above it; "" where one can."""
    leaf, *above = own.certificates
    wrong = (*faults(leaf, now), *(f"{one.subject} is above it, and {each}" for one in above
                                   for each in faults_above(one, now)))
    return wrong[0] if wrong else ""


def system(state: State, now: float) -> Identity:
    """The system certificate, which others have to believe now. Raises NoCertificate, CertificateRefused (A07)."""
    found = identity(state, SYSTEM)
    try:
        refuse(found.certificates[0], [wrong] if (wrong := fault(found, now)) else [])
    except CertificateRefused as refusal:
        refusal.hint = "create_system_certificate makes another one; install_certificate takes one from a CA."
        raise
    return found


def request(state: State, use: str) -> SigningRequest:
    """The outstanding request for a use. Raises NoRequest."""
    found = state.signing_requests.get(use)
    if found is None:
        raise NoRequest()
    return found


def ask(state: State, one: SigningRequest) -> State:
    """The state in which `one` is outstanding. Raises RequestOutstanding (B12)."""
    before = state.signing_requests.get(one.use)
    if before is not None:
        raise RequestOutstanding(date=iso(before.made_at))
    return state._replace(signing_requests=state.signing_requests.put(one.use, one))


def cancel(state: State, use: str) -> State:
    """The state without the request. Raises NoRequest."""
    return state._replace(signing_requests=state.signing_requests.without(request(state, use).use))


def longest(state: State, now: float) -> int:
    """The most days for which the root CA may sign a certificate now: it outlives it by enough to be replaced in time.

    0 or less where there is none, or where it ends too soon for any.
    """
    found = state.identities.get(ROOT)
    return int((found.certificates[0].not_after - now - AHEAD) // DAY) if found else 0


def put(state: State, one: Identity) -> State:
    """The state in which `one` is the certificate for its use."""
    return state._replace(identities=state.identities.put(one.use, one))


def noted(old: State, new: State, use: str) -> dict[str, str]:
    """What the audit keeps of a new certificate: its fingerprint, and that of the root CA where that is new, too."""
    kept = {"fingerprint": identity(new, use).certificates[0].fingerprint}
    root = new.identities.get(ROOT)
    if root is not None and root != old.identities.get(ROOT):
        kept["root_fingerprint"] = root.certificates[0].fingerprint
    return kept


def recorded(text: str) -> str:
    """What the audit keeps of a PEM text: of certificates their fingerprints, of anything else nothing."""
    import base64
    import hashlib

    prints = []
    for block in text.split("-----BEGIN CERTIFICATE-----")[1:]:
        with suppress(ValueError):
            der = base64.b64decode("".join(block.partition("-----END")[0].split()), validate=True)
            prints.append(fingerprints.spelled(hashlib.sha256(der).digest()))
    return " ".join(prints) or MASK
