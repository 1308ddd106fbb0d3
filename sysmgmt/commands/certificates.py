"""The root CA of the box, its certificates, and requests for them (B04-B19, R225)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.certificate_words import (
    AlternativeNames, Automatic, BundleFile, CertificateChain, CommonName, Country, FilePassword, KeyType, Locality,
    Mail, Organization, PrivateKeyText, Region, Unit, Validity)
from sysmgmt.domain import certificate_facts as facts, certificates, consequences, expiry
from sysmgmt.domain.certificates import ROOT, SYSTEM, Plan
from sysmgmt.domain.model import State, Subject
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import certification
from sysmgmt.engine.declaration import Call, Change, Shown, command
from sysmgmt.engine.reading import Reading


def _of_root(reading: Reading, values: Mapping[str, Any]) -> str:
    told = consequences.of_new_root(reading.state, reading.now, values["validity"])
    return " ".join((*told, "Replace the root CA?")) if told else ""


@command(needs=Permission.SECURITY, asks=_of_root)
def create_system_certificate(
        call: Call, common_name: CommonName, country: Country = "", state: Region = "", locality: Locality = "",
        org: Organization = "", orgunit: Unit = "", email: Mail = "", subject_alternative_names: AlternativeNames = (),
        key_type: KeyType | None = None, validity: Validity = 365) -> Change:
    """Make a new certificate for the box, signed by the box's own root CA.

    The root CA is made with the first one. Others who trust it (see export_root_certificate) trust
    the box. Where it would end before the certificate, or within 30 days after it, a new one takes
    its place: that is asked before, and said with --dry-run. The key is of the type ec_p384, and the
    certificate valid for 365 days, unless said otherwise.
    """
    subject = Subject(common_name, country, state, locality, org, orgunit, email)
    plan = Plan(subject, certificates.alternatives(common_name, subject_alternative_names), call.now, validity)
    told = consequences.of_new_root(call.state, call.now, validity)
    return _installed(call, certification.issue(call, SYSTEM, plan, key_type), told)


@command(needs=Permission.SECURITY)
def export_root_certificate(call: Call) -> Shown:
    """Show the certificate of the box's root CA, to be trusted by others."""
    root = certificates.identity(call.state, ROOT).certificates[0]
    return Shown({**facts.certificate(root, call.now), "pem": root.pem})


@command(needs=Permission.SECURITY)
def create_certificate_request(
        call: Call, common_name: CommonName, country: Country = "", state: Region = "", locality: Locality = "",
        org: Organization = "", orgunit: Unit = "", email: Mail = "", subject_alternative_names: AlternativeNames = (),
        key_type: KeyType | None = None) -> Change:
    """Make a new key, and a request for a certificate for it (CSR) that a CA can sign.

    The request is outstanding until its certificate is installed with install_certificate, or until
    cancel_certificate_request. The certificate in use stays as it is.
    """
    subject = Subject(common_name, country, state, locality, org, orgunit, email)
    plan = Plan(subject, certificates.alternatives(common_name, subject_alternative_names), call.now, 0)
    new = certification.ask(call, SYSTEM, plan, key_type)
    return Change(new, facts.signing_request(certificates.request(new, SYSTEM)))


@command(needs=Permission.SECURITY)
def cancel_certificate_request(call: Call) -> Change:
    """Forget the outstanding request, and its key."""
    return Change(certificates.cancel(call.state, SYSTEM))


@command(needs=Permission.SECURITY)
def install_certificate(call: Call, pem: CertificateChain | None = None, file: BundleFile | None = None,
                        key: PrivateKeyText | None = None, password: FilePassword = "") -> Change:
    """Install a certificate that somebody else signed as the one of the box.

    It answers the outstanding request, or it comes with its private key: as key, or in the file
    (PEM or PKCS#12). With it come the certificates above it, as far as they are not in the
    truststore. Nothing is changed unless the key matches and the chain is complete and good.
    """
    bundle = certificates.given("install_certificate", pem, file)
    return _installed(call, certification.install(call, SYSTEM, bundle))


@command(needs=Permission.SECURITY)
def get_certificates(call: Call) -> Shown:
    """Show the certificates of the box, what they are for, where they are used, and outstanding requests."""
    warnings = tuple(one.sentence for one in expiry.expiring(call.state, call.now))
    return Shown(facts.all_certificates(call.state, call.now), warnings)


@command(needs=Permission.SECURITY)
def set_certificate_renewal(call: Call, automatic: Automatic) -> Change:
    """Let the box renew certificates that it signed itself, 30 days before they expire, or not.

    Where the root CA would end too soon after, a new one is made with them: the event
    RootCertificateChanged tells of it, and export_root_certificate shows it.
    """
    settings = call.state.settings._replace(certificate_renewal=automatic)
    return Change(call.state._replace(settings=settings), {"automatic": automatic})


def _installed(call: Call, state: State, told: tuple[str, ...] = ()) -> Change:
    one = certificates.identity(state, SYSTEM)
    return Change(state, facts.identity(one, call.now), (*told, *certificates.doubts(one.certificates[0])),
                  notes=certificates.noted(call.state, state, SYSTEM))
