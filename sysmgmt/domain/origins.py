"""Addresses that passwords are guessed from, so that no stranger locks everybody whose name he knows (R088)."""

import ipaddress
from enum import Enum

WINDOW = 900.0
"""Seconds after the first failed login from an address in which others add to it, and too many of them shut it out."""


class Place(Enum):
    """What a login from an address may do now."""

    FREE, BUSY, NONE = "free", "busy", "none"


def counted_as(origin: str) -> str:
    """The address as it counts: of IPv6 the network of a site, in which a machine has any; "" where it is none."""
    try:
        found = ipaddress.ip_address(origin)
    except ValueError:
        return ""
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
