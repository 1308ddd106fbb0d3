"""Whom the box tells of what happens, as the state has them."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Count, Moment, Port
from sysmgmt.domain.secrecy import SECRET


class MailServer(NamedTuple):
    """Where the box brings its mail to. `recipients` are written as config_email takes them.

    `after` has for each of them the number of the last event before it was configured: of that and
    of earlier ones it is not told. With `reports` the state of the box is sent every week.
    """

    name: str
    server: str
    port: Port
    protocol: str
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: Annotated[str, SECRET] = ""
    digest: str = "immediate"
    reports: bool = True
    enabled: bool = True
    after: tuple[Count, ...] = ()


class SyslogServer(NamedTuple):
    """Where events, audit records or both are sent to; `name` is its number.

    `after_events` and `after_audit` are the numbers of the last records before it was configured.
    With `client_certificate` the box shows its system certificate.
    """

    name: str
    server: str
    port: Port
    protocol: str
    what: str
    client_certificate: bool = False
    enabled: bool = True
    after_events: Count = 0
    after_audit: Count = 0


class UploadTarget(NamedTuple):
    """Where files are brought to. `host_key` is the SHA-256 fingerprint of its SSH host key, for sftp."""

    name: str
    protocol: str
    server: str
    port: Port
    user: str
    password: Annotated[str, SECRET]
    directory: str = ""
    host_key: str = ""
    added_by: str = ""
    added_at: Moment | None = None
