"""Partners: other boxes that this one speaks with, each known by its very certificate (R130-R136, R142-R149).

No authority vouches for a partner: whoever shows another certificate than the one that was pasted
is a stranger, whoever has signed it.
"""

from collections.abc import Iterator

from sysmgmt.domain import certificates, names
from sysmgmt.domain.certificates import CLUSTER
from sysmgmt.domain.errors import ClusterIsolated, CommunicationInsecure, InvalidValue, PartnerExists, UnknownPartner
from sysmgmt.domain.model import Certificate, Communication, Identity, Partner, State
from sysmgmt.domain.times import HOUR

AUTHENTICATED, NONE = LEVELS = ("authenticated_encrypted", "none")
"""Communication security levels, the default first (R132-R133)."""
NAME, PORT, TLS, CERTIFICATE, EXCHANGE = STEPS = ("name", "port", "tls", "certificate", "exchange")
"""The steps of a test, in their order."""
DAYS = 1825
"""Days for which a cluster certificate is valid."""
CLOCKS_DIFFER = HOUR
"""Seconds by which the clock of a partner may be behind, so that a new certificate is valid there already."""
UNPROTECTED = ("Communication with partners is neither authenticated nor encrypted: whoever is on the network between "
               "can read and forge it")


def find(state: State, name: str) -> Partner:
    """The partner called `name`. Raises UnknownPartner."""
    found = state.partners.get(name)
    if found is None:
        raise UnknownPartner(name=name)
    return found


def add(state: State, one: Partner, now: float) -> State:
    """The state with another partner. Raises PartnerExists, CertificateRefused, InvalidValue."""
    if one.name in state.partners:
        raise PartnerExists(name=one.name)
    if one.name == names.canonical(state.settings.name):
        raise InvalidValue(what=f"{one.name} is the name of this box")
    return _put(state, one, now)


def change_certificate(state: State, name: str, certificate: Certificate, now: float) -> State:
    """The state in which a partner shows another certificate (R147). Raises UnknownPartner, CertificateRefused."""
    return _put(state, find(state, name)._replace(certificate=certificate), now)


def remove(state: State, name: str) -> State:
    """The state without a partner. Raises UnknownPartner."""
    return state._replace(partners=state.partners.without(find(state, name).name))


def _put(state: State, one: Partner, now: float) -> State:
    certificates.refuse(one.certificate, list(_faults(state, one, now)))
    return state._replace(partners=state.partners.put(one.name, one))


def _faults(state: State, one: Partner, now: float) -> Iterator[str]:
    """Why a certificate is not one by which a partner can be known."""
    shown = one.certificate
    yield from certificates.faults(shown, now)
    yield from certificates.server_faults(shown)
    if shown.authority:
        yield "it is one of a certificate authority, which could make others"
    own = state.identities.get(CLUSTER)
    if own is not None and own.certificates[0].fingerprint == shown.fingerprint:
        yield "it is the one of this box: paste the one that the partner shows"
    for other in state.partners.values():
        if other.name != one.name and other.certificate.fingerprint == shown.fingerprint:
            yield f"it is already the one of {other.name}"


def single(found: tuple[Certificate, ...]) -> Certificate:
    """The one certificate that was given. Raises InvalidValue."""
    if len(found) != 1:
        raise InvalidValue(what="Give the one certificate that the partner shows with get_cluster_certificate")
    return found[0]


def by_fingerprint(state: State, fingerprint: str) -> Partner | None:
    """The partner who shows a certificate; None for a stranger."""
    return next((one for one in state.partners.values() if one.certificate.fingerprint == fingerprint), None)


def set_isolation(state: State, isolated: bool) -> State:
    """The state in which the box speaks with its partners, or with none of them (R144, R149)."""
    return _communicating(state, state.settings.communication._replace(isolated=isolated))


def set_level(state: State, level: str, unprotected: bool) -> State:
    """The state with another communication security level (R134-R135). Raises CommunicationInsecure."""
    if level == NONE and not unprotected:
        raise CommunicationInsecure()
    return _communicating(state, state.settings.communication._replace(level=level))


def set_place(state: State, port: int, address: str) -> State:
    """The state in which the box listens for its partners somewhere else."""
    return _communicating(state, state.settings.communication._replace(port=port, address=address))


def _communicating(state: State, communication: Communication) -> State:
    return state._replace(settings=state.settings._replace(communication=communication))


def check_reachable(state: State) -> None:
    """Raise ClusterIsolated while the box speaks with none of its partners."""
    if state.settings.communication.isolated:
        raise ClusterIsolated()


def warnings(state: State) -> tuple[str, ...]:
    """What a login is told that could end it."""
    if state.settings.communication.level != NONE:
        return ()
    return (f"{UNPROTECTED}; set_communication_security level={AUTHENTICATED} ends that.",)


def own(state: State) -> Identity | None:
    """The cluster certificate of the box."""
    return state.identities.get(CLUSTER)


def fault(state: State, now: float) -> str:
    """Why partners cannot know the box by its certificate; "" where they can, or need not (A07)."""
    if state.settings.communication.level == NONE:
        return ""
    one = own(state)
    if one is None:
        return "the box has no cluster certificate"
    wrong = next(certificates.faults(one.certificates[0], now), "")
    return wrong and f"the cluster certificate cannot be used: {wrong}"


def shut(state: State, now: float) -> str:
    """Why the box must not listen for partners now; "" if it may (A11)."""
    if not len(state.partners):
        return "there are no partners"
    if state.settings.communication.isolated:
        return "the cluster is isolated"
    return fault(state, now)
