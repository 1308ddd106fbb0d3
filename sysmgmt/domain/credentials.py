"""What is stored of certificates: the part of the model that others are known by."""

from typing import NamedTuple


class Certificate(NamedTuple):
    """What a certificate says (`pem` is all of it). `names` are its alternative names: `DNS:...`, `IP:...`."""

    fingerprint: str
    subject: str
    issuer: str
    serial: str
    not_before: float
    not_after: float
    key_type: str
    signature: str
    pem: str
    names: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    authority: bool = False
    self_signed: bool = False


class Subject(NamedTuple):
    """Whom a certificate of the box is for (B29)."""

    common_name: str
    country: str = ""
    state: str = ""
    locality: str = ""
    org: str = ""
    orgunit: str = ""
    email: str = ""


class TrustedCertificate(NamedTuple):
    """An entry of the truststore: authorities, or for one `server` its own certificate, and for which purposes."""

    name: str
    purposes: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    server: str = ""
    added_by: str = ""
    added_at: float | None = None


class RevocationList(NamedTuple):
    """A list of certificates that their authority has taken back."""

    name: str
    issuer: str
    pem: str
    revoked: int
    this_update: float
    next_update: float | None = None
    added_by: str = ""
    added_at: float | None = None
