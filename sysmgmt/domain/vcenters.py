"""The vCenters that the box belongs to (R129, R137, R220, R221)."""

from sysmgmt.domain import tls, truststore
from sysmgmt.domain.errors import UnknownVCenter
from sysmgmt.domain.model import State, VCenter
from sysmgmt.domain.truststore import Trust

PURPOSE = "vcenter"
PORT = 443
MOST = 16


def trust(state: State, server: str, fingerprint: str, now: float) -> Trust:
    """Whom to trust in a connection to a vCenter: the certificate that was accepted, or else the truststore."""
    if not fingerprint:
        return truststore.trust(state, PURPOSE, server, now)
    return Trust((), frozenset({fingerprint}), truststore.lists(state), now, tls.floor(state.settings.reach))


def find(state: State, server: str) -> VCenter:
    """The vCenter. Raises UnknownVCenter."""
    found = state.vcenters.get(server)
    if found is None:
        raise UnknownVCenter(server=server)
    return found
