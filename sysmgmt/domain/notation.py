"""How networks, ports and the time are written: what a command reads, and what a backup may bring."""

import ipaddress
import re

from sysmgmt.domain import firewall, timekeeping
from sysmgmt.domain.errors import InvalidValue

EVERYWHERE = "all"
"""All addresses of the box."""
_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9][A-Za-z0-9_+-]{0,30}){0,2}")
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = re.compile(rf"(?=.{{1,64}}$){_LABEL}(\.{_LABEL})*")
_KEY = re.compile(r"([0-9A-Fa-f]{2})+")


def address(text: str) -> str:
    """The address of a machine, as it is stored. Raises InvalidValue."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        found = None
    if found is None or found.is_multicast or found.is_unspecified or getattr(found, "scope_id", None):
        raise InvalidValue(what="Expected the address of a machine, such as 192.0.2.1 or 2001:db8::1")
    return str(found)


def network(text: str) -> str:
    """A network, as it is stored. Raises InvalidValue."""
    try:
        return str(ipaddress.ip_network(unscoped(text)))
    except ValueError:
        raise InvalidValue(what="Expected a network, such as 192.0.2.0/24 or 2001:db8::/32, or one address") from None


def unscoped(text: str) -> str:
    """An address or a network without a scope, which may hold anything. Raises ValueError."""
    if "%" in text:
        raise ValueError("it has a scope")
    return text


def scoped(text: str) -> str:
    """An address whose scope, if it has one, may be a device. Raises ValueError."""
    if "%" in text and not HOST.fullmatch(text.partition("%")[2]):
        raise ValueError("no device is called like this")
    return text


def opening(text: str) -> str:
    """A port to open in the firewall, as it is stored. Raises InvalidValue."""
    place, at, source = text.partition("@")
    port, _, protocol = place.partition("/")
    if not (port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536):
        raise InvalidValue(what="A port to open is written PORT/PROTOCOL or PORT/PROTOCOL@NETWORK, such as 8082/tcp")
    if protocol.lower() not in firewall.PROTOCOLS:
        raise InvalidValue(what="The protocol of a port is tcp or udp, such as 8082/tcp")
    return f"{int(port)}/{protocol.lower()}" + (f"@{network(source)}" if at else "")


def time_server(text: str) -> str:
    """The name or the address of a time server, as it is stored. Raises InvalidValue."""
    try:
        return str(ipaddress.ip_address(scoped(text)))
    except ValueError:
        if not HOST.fullmatch(text):
            raise InvalidValue(what="Expected names or addresses of time servers, separated by commas") from None
        return text.lower()


def zone(text: str) -> str:
    """A time zone. Raises InvalidValue."""
    if not _ZONE.fullmatch(text):
        raise InvalidValue(what="Expected a time zone, such as Europe/London or UTC")
    return text


def time_key(text: str) -> str:
    """The key of time servers, as it is stored. Raises InvalidValue."""
    if not _KEY.fullmatch(text) or not timekeeping.SHORTEST <= len(text) // 2 <= timekeeping.LONGEST:
        raise InvalidValue(what="A key is written with hexadecimal digits, two for each of its "
                                f"{timekeeping.SHORTEST} to {timekeeping.LONGEST} bytes")
    return text.upper()
