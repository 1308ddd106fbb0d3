"""The web server: its certificate and HSTS (R225-R232, R256-R260)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.certificate_words import (
    AlternativeNames, BundleFile, CertificateChain, CommonName, Country, FilePassword, KeyType, Locality, Mail,
    Organization, PrivateKeyText, Region, Unit)
from sysmgmt.commands.words import CONFIRM_MINUTES, ConfirmMinutes, HstsMode
from sysmgmt.domain import certificate_facts as facts, certificates, tls, web
from sysmgmt.domain.certificates import Plan
from sysmgmt.domain.model import Subject
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import certification, web_certificate
from sysmgmt.engine.declaration import Call, Change, command
from sysmgmt.engine.reading import Reading

UNGOVERNED = "There is no web server here that boxmgmtd governs: the setting is kept, and nothing follows it."


@command(needs=Permission.SECURITY)
def create_web_certificate_request(
        call: Call, common_name: CommonName, country: Country = "", state: Region = "", locality: Locality = "",
        org: Organization = "", orgunit: Unit = "", email: Mail = "", subject_alternative_names: AlternativeNames = (),
        key_type: KeyType | None = None) -> Change:
    """Make a new key for the web server, and a request for a certificate for it (CSR) that a CA can sign.

    The request is outstanding until its certificate is installed with change_web_certificate, or
    until cancel_web_certificate_request; get_certificates shows it. The web server goes on with the
    certificate that it has.
    """
    subject = Subject(common_name, country, state, locality, org, orgunit, email)
    plan = Plan(subject, certificates.alternatives(common_name, subject_alternative_names), call.now, 0)
    new = certification.ask(call, web.REQUEST, plan, key_type)
    return Change(new, facts.signing_request(certificates.request(new, web.REQUEST)))


@command(needs=Permission.SECURITY)
def cancel_web_certificate_request(call: Call) -> Change:
    """Forget the outstanding request of the web server, and its key."""
    return Change(certificates.cancel(call.state, web.REQUEST))


def _of_certificate(reading: Reading, values: Mapping[str, Any]) -> str:
    given = certificates.given("change_web_certificate", values["pem"], values["file"])
    return f"{web.consequence(given.certificates[0])} Change the certificate of the web server?"


@command(needs=Permission.SECURITY, asks=_of_certificate)
def change_web_certificate(call: Call, pem: CertificateChain | None = None, file: BundleFile | None = None,
                           key: PrivateKeyText | None = None, password: FilePassword = "",
                           confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Change the certificate that the web server shows.

    It answers the outstanding request, or it comes with its private key: as key, or in the file
    (PEM or PKCS#12). RSA keys need 2048 bits or more, EC keys are on P-256 or P-384, and what
    signed it is SHA-256 or stronger. With it come the certificates above it, as far as they are not
    in the truststore. No request is dropped. Unless it is confirmed with confirm_change from a new
    login within confirm_minutes (10 unless given; 0: final at once), the old one comes back.
    """
    given = certificates.given("change_web_certificate", pem, file)
    new = web_certificate.change(call, given)
    shown = certificates.identity(new, new.settings.reach.web_certificate)
    leaf = shown.certificates[0]
    told = (web.consequence(leaf), *certificates.doubts(leaf), *_ungoverned(call))
    return Change(new, facts.identity(shown, call.now), told, notes={"fingerprint": leaf.fingerprint})


@command(needs=Permission.SECURITY)
def set_hsts(call: Call, mode: HstsMode, confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Have browsers that were here once come by TLS only, for a year (HTTP Strict Transport Security), or not.

    It needs a web certificate that a certificate authority has signed: a browser that has seen HSTS
    lets nobody pass one that it does not trust. Unless it is confirmed with confirm_change from a
    new login within confirm_minutes (10 unless given; 0: final at once), the change is undone.
    """
    new = web.set_hsts(call.state, mode == "on")
    return Change(new, {"hsts": mode}, (*web.consequences_of_hsts(call.state, mode == "on"), *_ungoverned(call)))


def _ungoverned(call: Call) -> tuple[str, ...]:
    governed = any(one.name == tls.WEB_SERVER for one in call.box.listeners(call.state))
    return () if governed else (UNGOVERNED,)
