"""The truststore: whom the box trusts, for which purposes and servers (R222-R224, B15, B28, D08-D14)."""

from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain import certificates, fingerprints, tls
from sysmgmt.domain.errors import (
    CertificateRefused, ConfirmationNeeded, LevelForbids, Refusal, ServerRefused, TrustExists, UnknownTrust)
from sysmgmt.domain.levels import SERVER_CERTIFICATES, allows, rules_of
from sysmgmt.domain.model import Certificate, RevocationList, State, TrustedCertificate
from sysmgmt.domain.times import iso

PURPOSES = ("ldap", "syslog", "email", "ipsec", "web_client", "upload", "cluster", "vcenter")
STARTTLS = SMTP, LDAP, FTP = ("smtp", "ldap", "ftp")
"""What a server may speak plainly until it is asked for TLS."""


class Trust(NamedTuple):
    """Whom a connection may trust: authorities, servers' own certificates by fingerprint, revocation lists (PEM).

    It is spoken with TLS of the version `tls_minimum` at least.
    With `listed` each authority needs a revocation list.
    """

    authorities: tuple[Certificate, ...]
    pins: frozenset[str]
    revocations: tuple[str, ...]
    now: float
    tls_minimum: str = tls.SECURE[0]
    listed: bool = False


def add(state: State, one: TrustedCertificate, now: float) -> State:
    """Trust `one` from now on. Raises TrustExists, CertificateRefused.

    Without a server only authorities are accepted; a server's own certificate is one for that server.
    """
    if one.name in state.trusted_certificates:
        raise TrustExists(name=one.name)
    for each in one.certificates:
        check(each, one.server, now)
    return state._replace(trusted_certificates=state.trusted_certificates.put(one.name, one))


def check(one: Certificate, server: str, now: float) -> None:
    """Raise CertificateRefused for one that cannot be trusted, for a `server` or as an authority."""
    certificates.refuse(one, [*certificates.faults(one, now), *_role_faults(one, bool(server))])


def _role_faults(one: Certificate, for_server: bool) -> Iterator[str]:
    if not for_server or one.authority:
        yield from certificates.authority_faults(one)


def remove(state: State, name: str) -> State:
    """Trust the entry no longer. Raises UnknownTrust."""
    if name not in state.trusted_certificates:
        raise UnknownTrust(name=name)
    return state._replace(trusted_certificates=state.trusted_certificates.without(name))


def authorities(state: State) -> list[Certificate]:
    """All authorities that are trusted for anything."""
    return [one for entry in state.trusted_certificates.values() for one in entry.certificates if one.authority]


def check_acceptable(state: State) -> None:
    """Raise LevelForbids where nobody may be asked to trust a server's own certificate."""
    if not allows(state.settings, SERVER_CERTIFICATES):
        raise LevelForbids("The security level forbids to trust a certificate only because a server shows it.",
                           "Add the authority that has signed it with add_trusted_certificate.")


def first(server: str, presented: tuple[Certificate, ...], now: float) -> Certificate:
    """The server's own certificate among those that it shows, if a person may be asked to trust it.

    Raises ServerRefused, CertificateRefused.
    """
    if not presented:
        raise ServerRefused(server=server, reason="it showed no certificate")
    certificates.refuse(presented[0], list(certificates.faults(presented[0], now)))
    return presented[0]


def confirmation(server: str, port: int, shown: Certificate, expected: str | None) -> Refusal:
    """What asks a person to look at the fingerprint; if another one was expected there is nothing to ask."""
    if expected is not None:
        return ServerRefused(server=server, reason=f"its certificate has the fingerprint {shown.fingerprint}")
    question = (f"{server} shows on port {port} the certificate of {shown.subject}, SHA-256 fingerprint\n"
                f"{shown.fingerprint}\nin words {fingerprints.words(shown.fingerprint)}\nTrust it?")
    refusal = ConfirmationNeeded(question=question)
    refusal.hint = f"Add fingerprint={shown.fingerprint} to confirm."
    refusal.confirms = {"fingerprint": shown.fingerprint}
    return refusal


def add_list(state: State, one: RevocationList, now: float) -> State:
    """Honour a revocation list; a newer one takes the place of an older one of the same name.

    Raises CertificateRefused for one that is out of date, from the future, or older than that.
    """
    present = state.revocation_lists.get(one.name)
    reasons = []
    if one.next_update is not None and one.next_update < now:
        reasons.append(f"it is out of date since {iso(one.next_update)}")
    if one.this_update > now:
        reasons.append(f"it is from {iso(one.this_update)}, which is not yet")
    if present and present.issuer == one.issuer and one.this_update < present.this_update:
        reasons.append(f"there is a newer one, from {iso(present.this_update)}")
    if reasons:
        raise CertificateRefused(subject=f"the revocation list of {one.issuer}", reasons="; ".join(reasons))
    return state._replace(revocation_lists=state.revocation_lists.put(one.name, one))


def above(state: State, besides: tuple[Certificate, ...], now: float) -> Trust:
    """What a certificate of the box may stand upon: what came `besides` it, and the whole truststore."""
    known = [one for entry in state.trusted_certificates.values() for one in entry.certificates]
    return Trust((*besides, *known), frozenset(), lists(state), now)


def lists(state: State) -> tuple[str, ...]:
    """All revocation lists, as PEM."""
    return tuple(one.pem for one in state.revocation_lists.values())


def remove_list(state: State, name: str) -> State:
    """Forget a revocation list. Raises UnknownTrust."""
    if name not in state.revocation_lists:
        raise UnknownTrust(name=name)
    return state._replace(revocation_lists=state.revocation_lists.without(name))


def trust(state: State, purpose: str, server: str, now: float) -> Trust:
    """Whom to trust in a connection to `server` for `purpose`.

    Entries that name the server count alone where there are any: nobody else speaks for it then. Where the
    level is strict, a server's own certificate is not enough, and revocation lists are required.
    """
    entries = [one for one in state.trusted_certificates.values() if purpose in one.purposes]
    own = [one for one in entries if one.server == server.lower()]
    found = [each for one in own or [one for one in entries if not one.server] for each in one.certificates]
    strict = rules_of(state.settings).strict_trust
    return Trust(tuple(one for one in found if one.authority),
                 frozenset(one.fingerprint for one in found) if own and not strict else frozenset(),
                 lists(state), now, tls.floor(state.settings.reach), strict)
