"""The cluster certificate, the partners of the box, and how it speaks with them (R130-R136, R142-R149, R216-R218)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sysmgmt.commands.partner_words import (
    CommunicationLevel, Isolation, NewPartner, OwnAddress, OwnPort, PartnerAddress, PartnerCertificate, PartnerFile,
    PartnerName, PartnerPort, Unprotected)
from sysmgmt.domain import certificates, consequences, partner_facts, partners, truststore
from sysmgmt.domain.certificates import CLUSTER
from sysmgmt.domain.model import Communication, Partner
from sysmgmt.domain.notation import EVERYWHERE
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import cluster_certificate, partnership
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command
from sysmgmt.engine.reading import Reading

PORT = Communication().port


@command(needs=Permission.SECURITY)
def get_cluster_certificate(call: Call) -> Shown:
    """Show the certificate by which the partners of the box know it.

    Paste its text at every partner, with add_partner or change_cluster_certificate, and compare the
    fingerprint there.
    """
    own = certificates.identity(call.state, CLUSTER).certificates[0]
    return Shown(partner_facts.cluster_certificate(own, call.now))


def _of_renewal(reading: Reading, values: Mapping[str, Any]) -> str:
    return " ".join((*consequences.warnings(reading.state),
                     "This replaces the certificate by which partners know the box, and its key. Replace them?"))


@command(needs=Permission.SECURITY, asks=_of_renewal)
def renew_cluster_certificate(call: Call) -> Change:
    """Make a new key, and a new certificate by which the partners of the box know it.

    The old one is worth nothing from then on; other keys of the box stay as they are (see
    regenerate_encryption_keys). Enable the cluster isolation before, give the new certificate to
    every partner with change_cluster_certificate there, and end the isolation.
    """
    state = cluster_certificate.renew(call)
    own = certificates.identity(state, CLUSTER).certificates[0]
    return Change(state, partner_facts.cluster_certificate(own, call.now), notes={"fingerprint": own.fingerprint})


@command(needs=Permission.SECURITY)
def add_partner(call: Call, name: NewPartner, address: PartnerAddress, port: PartnerPort = PORT,
                pem: PartnerCertificate | None = None, file: PartnerFile | None = None) -> Change:
    """Add a box as a partner of this one, with the certificate that get_cluster_certificate shows there.

    It is known by exactly this certificate: no authority can vouch for another one. name is what the
    partner calls itself (see set_box_name), port where it listens, 7450 unless given. This box has to be
    added there too. From the first partner on the box listens for partners: see set_partner_port.
    """
    shown = partners.single(certificates.given("add_partner", pem, file))
    call.box.reader.check_revoked([shown], truststore.lists(call.state))
    one = Partner(name, address, port, shown, call.caller.user, call.now)
    return Change(partners.add(call.state, one, call.now), partner_facts.partner(one, call.now),
                  notes={"fingerprint": shown.fingerprint})


@command(needs=Permission.SECURITY)
def get_partners(call: Call) -> Shown:
    """List the partners, their certificates, and where the box listens for them, or why it does not."""
    return Shown({
        "partners": [partner_facts.partner(one, call.now) for one in call.state.partners.values()],
        "listener": partner_facts.listener(call.state, call.box.listeners(call.state), call.now)})


@command(needs=Permission.SECURITY)
def change_cluster_certificate(call: Call, name: PartnerName, pem: PartnerCertificate | None = None,
                               file: PartnerFile | None = None) -> Change:
    """Change the certificate by which a partner is known: paste what get_cluster_certificate shows there.

    Needed when the partner has a new one. The old one is not accepted any more. One that a revocation
    list names is refused, as with add_partner.
    """
    shown = partners.single(certificates.given("change_cluster_certificate", pem, file))
    call.box.reader.check_revoked([shown], truststore.lists(call.state))
    state = partners.change_certificate(call.state, name, shown, call.now)
    return Change(state, partner_facts.partner(partners.find(state, name), call.now),
                  notes={"fingerprint": shown.fingerprint})


@command(needs=Permission.SECURITY)
def remove_partner(call: Call, name: PartnerName) -> Change:
    """Remove a partner. Without any the box does not listen for partners."""
    return Change(partners.remove(call.state, name), {"name": name})


@command(needs=Permission.SECURITY)
def test_partner(call: Call, name: PartnerName) -> Act:
    """Connect to a partner, and see whether both sides know each other.

    The steps are name (it is resolved), port (it is open), tls, certificate (each side shows the one
    that the other one expects) and exchange. The partner tells its name, version, levels and time;
    clock_difference is by how many seconds its clock is ahead. The first step that fails is told.
    """
    partners.check_reachable(call.state)
    return Act(partial(partnership.test, call, partners.find(call.state, name)))


@command(needs=Permission.SECURITY)
def set_partner_port(call: Call, port: OwnPort, address: OwnAddress = "") -> Change:
    """Change the port at which the box listens for its partners, and the address; all of its own unless given."""
    return Change(partners.set_place(call.state, port, address),
                  {"address": address or EVERYWHERE, "port": port})


@command(needs=Permission.SECURITY)
def set_cluster_isolation(call: Call, mode: Isolation) -> Change:
    """Enable or disable the cluster isolation.

    While it is on, the box neither listens for its partners nor connects to them; open connections
    are cut.
    """
    return Change(partners.set_isolation(call.state, mode == "on"), {"isolation": mode})


def _of_level(reading: Reading, values: Mapping[str, Any]) -> str:
    if values["level"] != partners.NONE or reading.state.settings.communication.level == partners.NONE:
        return ""
    return f"{partners.UNPROTECTED}. Communicate without protection?" if values["unprotected"] else ""


@command(needs=Permission.SECURITY, asks=_of_level)
def set_communication_security(call: Call, level: CommunicationLevel, unprotected: Unprotected = False) -> Change:
    """Change how the box and its partners communicate: authenticated_encrypted (the default), or none.

    authenticated_encrypted: both sides prove who they are with their certificates, and everything is
    encrypted with AES-256. none: neither; it needs unprotected=yes, and every login is warned of it.
    Both sides need the same level.
    """
    return Change(partners.set_level(call.state, level, unprotected), {"communication_level": level})
