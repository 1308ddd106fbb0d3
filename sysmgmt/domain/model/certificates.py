"""What is stored of certificates: the part of the model that others are known by."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Count, Moment, Stated, within
from sysmgmt.domain.secrecy import SECRET


class Certificate(NamedTuple):
    """What a certificate says (`pem` is all of it). `names` are its alternative names: `DNS:...`, `IP:...`."""

    fingerprint: str
    subject: str
    issuer: str
    serial: str
    not_before: Stated
    not_after: Stated
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
    added_at: Moment | None = None


class RevocationList(NamedTuple):
    """A list of certificates that their authority has taken back."""

    name: str
    issuer: str
    pem: str
    revoked: Count
    this_update: Stated
    next_update: Stated | None = None
    added_by: str = ""
    added_at: Moment | None = None


class Identity(NamedTuple):
    """A private key of the box with its certificate and the authorities above it, in this order.

    `use` is root, system or what the feature that brings it is called; `origin` says whether the
    box itself signed it (internal) or somebody else (external), and `subject` and `days` what the
    box signed, for the next one.
    """

    use: str
    certificates: tuple[Certificate, ...]
    key: Annotated[str, SECRET]
    origin: str
    made_by: str = ""
    made_at: Moment | None = None
    subject: Subject | None = None
    days: Annotated[int, within(0, 9000)] = 0


class SigningRequest(NamedTuple):
    """A request for a certificate that waits for its answer; one for each use."""

    use: str
    pem: str
    subject: Subject
    key_type: str
    key: Annotated[str, SECRET]
    names: tuple[str, ...] = ()
    made_by: str = ""
    made_at: Moment | None = None
