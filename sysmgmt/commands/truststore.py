"""The truststore: whom the box trusts when it connects to others (R220-R224, D03-D14)."""

from sysmgmt.commands.certificate_words import (
    Certificates, CertificatesFile, Fingerprint, NewTrust, Purposes, RevocationFile, RevocationName, RevocationText,
    ServerPort, StartTls, TrustName)
from sysmgmt.commands.place_words import Server
from sysmgmt.domain import certificate_facts as facts, certificates, truststore
from sysmgmt.domain.model import TrustedCertificate
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import Call, Change, Shown, command


@command(needs=Permission.SECURITY)
def add_trusted_certificate(call: Call, name: NewTrust, purposes: Purposes, pem: Certificates | None = None,
                            file: CertificatesFile | None = None, server: Server = "") -> Change:
    """Trust certificate authorities, or one server's own certificate.

    purposes are ldap, syslog, email, ipsec, web_client, upload, cluster and vcenter. Several
    certificates may come at once. Their keys are RSA with 2048 bits or more, or EC on P-256, P-384 or P-521, and
    what signed them is SHA-256 or stronger. With server the entry counts for that server alone, and
    no other entry does: it may then be the server's own certificate, also one that it signed itself.
    """
    found = certificates.given("add_trusted_certificate", pem, file)
    call.box.reader.check_revoked(found, truststore.lists(call.state))
    return _added(call, TrustedCertificate(name, purposes, found, server, call.caller.user, call.now))


@command(needs=Permission.SECURITY)
def remove_trusted_certificate(call: Call, name: TrustName) -> Change:
    """Trust an entry of the truststore no longer."""
    return Change(truststore.remove(call.state, name), {"name": name})


@command(needs=Permission.SECURITY)
def get_trusted_certificates(call: Call) -> Shown:
    """List the truststore: certificates, purposes and servers."""
    return Shown({"trusted_certificates": [
        facts.trusted(one, call.now) for one in call.state.trusted_certificates.values()]})


@command(needs=Permission.SECURITY)
def accept_server_certificate(call: Call, host: Server, port: ServerPort, fingerprint: Fingerprint | None = None,
                              purposes: Purposes = truststore.PURPOSES, name: NewTrust | None = None,
                              starttls: StartTls | None = None) -> Change:
    """Fetch the certificate that a server shows, and trust it for that server.

    With starttls the server is asked for TLS in the protocol that it speaks: smtp for mail (port 587 or 25), ldap
    for a directory (port 389), ftp for FTPS (port 21).
    Its fingerprint is shown and has to be confirmed; in a batch fingerprint= says which one is
    expected. Compare it with what the administrator of the server says, not with what you see here.
    """
    shown = truststore.first(host, port.certificates, call.now)
    call.box.reader.check_revoked([shown], truststore.lists(call.state))
    if fingerprint != shown.fingerprint:
        raise truststore.confirmation(host, port.port, shown, fingerprint)
    return _added(call, TrustedCertificate(name or host, purposes, (shown,), host, call.caller.user, call.now))


def _added(call: Call, entry: TrustedCertificate) -> Change:
    prints = [one.fingerprint for one in entry.certificates]
    return Change(truststore.add(call.state, entry, call.now), facts.trusted(entry, call.now),
                  notes={"fingerprints": prints})


@command(needs=Permission.SECURITY)
def add_revocation_list(call: Call, name: NewTrust, pem: RevocationText | None = None,
                        file: RevocationFile | None = None) -> Change:
    """Honour a list of revoked certificates (CRL) that an authority of the truststore has signed.

    It is signed with SHA-256 or stronger. One of the same name is replaced. Where there is a list of
    an authority, certificates of that authority are accepted only as long as the list is not out of
    date. A certificate that it names is refused, also one that is trusted by itself for a server.
    """
    found = certificates.given("add_revocation_list", pem, file)
    call.box.reader.check_issuer(found, truststore.authorities(call.state))
    one = found._replace(name=name, added_by=call.caller.user, added_at=call.now)
    return Change(truststore.add_list(call.state, one, call.now), facts.revocation_list(one))


@command(needs=Permission.SECURITY)
def get_revocation_lists(call: Call) -> Shown:
    """List the revocation lists."""
    return Shown({"revocation_lists": [facts.revocation_list(one) for one in call.state.revocation_lists.values()]})


@command(needs=Permission.SECURITY)
def remove_revocation_list(call: Call, name: RevocationName) -> Change:
    """Forget a revocation list."""
    return Change(truststore.remove_list(call.state, name), {"name": name})
