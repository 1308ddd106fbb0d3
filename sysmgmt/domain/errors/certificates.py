"""Refusals of certificates, the truststore and TLS."""

from sysmgmt.domain.errors.refusal import Refusal


class CertificateRefused(Refusal):
    """The certificate of {subject} cannot be used: {reasons}."""

    askable = True


class KeyMismatch(Refusal):
    """The certificate does not belong to the private key{whose}."""

    askable = True


class NoRequest(Refusal):
    """No request for a certificate is outstanding."""

    hint = "create_certificate_request or create_web_certificate_request makes one."


class RequestOutstanding(Refusal):
    """A request for a certificate is outstanding since {date}."""

    hint = "Install its certificate, or cancel it with cancel_certificate_request."


class NoCertificate(Refusal):
    """The box has no {what}."""

    hint = "create_system_certificate common_name=NAME makes one."


class TrustExists(Refusal):
    """{name} is in the truststore already."""

    hint = "Remove it first, or choose another name."
    askable = True


class UnknownTrust(Refusal):
    """There is no {name} in the truststore."""

    hint = "get_trusted_certificates and get_revocation_lists list what is in it."
    askable = True


class LegacyTls(Refusal):
    """TLS {version} is not secure."""

    hint = "Where an old client leaves no choice, add legacy=yes."


class HstsNeedsAuthority(Refusal):
    """HSTS needs a web certificate that a certificate authority has signed."""

    hint = "Install one first with change_web_certificate; to install another one, end HSTS with set_hsts mode=off."
