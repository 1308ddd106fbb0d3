"""One-time addresses under which an archive of system info is downloaded (R027).

What makes an address secret is kept by nobody: the state holds its SHA-256 only.
"""

from hashlib import sha256
from typing import NamedTuple

from sysmgmt.domain.bounds import Moment
from sysmgmt.domain.model.certificates import Identity
from sysmgmt.domain.records import Records
from sysmgmt.domain.times import iso

PLACE = "/collected/"
"""Below which the web server asks boxmgmtd."""
TOKEN_CHARACTERS = 64
"""256 bits, as hexadecimal digits."""
MOST = 20
"""Addresses that wait to be used."""


class DownloadLink(NamedTuple):
    """An address that may be used once, until `until`; `id` is the SHA-256 of what makes it secret."""

    id: str
    archive: str
    until: Moment
    made_by: str
    made_at: Moment


def id_of(token: str) -> str:
    """Under what a link is kept."""
    return sha256(token.encode()).hexdigest()


def valid(links: Records[DownloadLink], now: float) -> Records[DownloadLink]:
    """The links whose time is not over."""
    for one in links.values():
        if one.until <= now:
            links = links.without(one.id)
    return links


def of_archive(links: Records[DownloadLink], archive: str, now: float) -> list[DownloadLink]:
    """The links to an archive that can still be used."""
    return [one for one in valid(links, now).values() if one.archive == archive]


def address(own: Identity, token: str) -> str:
    """Where a link leads, by the first name that the certificate of the web server has for the box."""
    leaf = own.certificates[0]
    names = [one.partition(":")[::2] for one in leaf.names]
    hosts = [value for kind, value in names if kind == "DNS" and "*" not in value]
    hosts += [f"[{value}]" if ":" in value else value for kind, value in names if kind == "IP"]
    common = next((one[3:] for one in leaf.subject.split(", ") if one.startswith("CN=")), "localhost")
    return f"https://{(hosts or [common])[0]}{PLACE}{token}"


def facts(one: DownloadLink) -> dict[str, object]:
    """What is told of a link that waits."""
    return {"until": iso(one.until), "made_by": one.made_by}
