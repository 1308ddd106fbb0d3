"""The nouns of networks, the firewall and the time."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from sysmgmt.commands.words import choice, listed, one_of, stored
from sysmgmt.domain import firewall, network, notation, timekeeping
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import Interface, TimeSettings
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

NONE = "none"
MOST = 32
"""Values in one list."""
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")


class Addressing(NamedTuple):
    """Addresses with their prefix, and the families of which others are asked for by DHCP."""

    addresses: tuple[str, ...]
    dhcp: tuple[str, ...]


DHCP = {"dhcp": tuple(network.FAMILIES), "dhcp4": ("ipv4",), "dhcp6": ("ipv6",)}


def _device(text: str, reading: Reading) -> str:
    if not _DEVICE.fullmatch(text) or text == "lo":
        raise InvalidValue(what="Expected the name of a network device, such as eth0; get_network lists them")
    return text


def _addressing(text: str, reading: Reading) -> Addressing:
    found = _several(text, "addresses")
    dhcp = {family for one in found for family in DHCP.get(one.lower(), ())}
    return Addressing(tuple(_own_address(one) for one in found if one.lower() not in DHCP),
                      tuple(family for family in network.FAMILIES if family in dhcp))


def _several(text: str, what: str) -> list[str]:
    found = list(dict.fromkeys(listed(text)))
    if not 0 < len(found) <= MOST:
        raise InvalidValue(what=f"Expected up to {MOST} {what}, separated by commas")
    return found


def _own_address(text: str) -> str:
    try:
        found = ipaddress.ip_interface(notation.unscoped(text))
    except ValueError:
        found = None
    if found is None or "/" not in text or not _is_usable(found):
        raise InvalidValue(what="Expected an address that a box can have with its prefix, such as 192.0.2.7/24, or "
                                f"one of {', '.join(DHCP)}")
    return str(found)


def _is_usable(one: Any) -> bool:
    """Whether a device can have that address."""
    if one.is_multicast or one.is_loopback or one.is_unspecified or one.is_link_local or not one.network.prefixlen:
        return False
    ends = (one.network.network_address, one.network.broadcast_address)
    return one.version == 6 or one.network.prefixlen > 30 or one.ip not in ends


def _list_of(read: Callable[[str], str], what: str, most: int = MOST) -> Any:
    """Reads up to so many values, or none for no value."""
    def read_all(text: str, reading: Reading) -> tuple[str, ...]:
        if text.lower() == NONE:
            return ()
        found = tuple(dict.fromkeys(read(one) for one in _several(text, what)))
        if len(found) > most:
            raise InvalidValue(what=f"Expected up to {most} {what}, separated by commas")
        return found
    return read_all


def _route(text: str) -> str:
    destination, at, gateway = text.partition("@")
    found, by = notation.network(destination), notation.address(gateway) if at else ""
    if not by or (":" in found) != (":" in by):
        raise InvalidValue(what="A route is written NETWORK@GATEWAY, such as 10.0.0.0/8@192.0.2.1")
    if ipaddress.ip_network(found).prefixlen == 0:
        raise InvalidValue(what="The route to everywhere is what the gateway is for")
    return f"{found}@{by}"


def _sources(text: str, reading: Reading) -> tuple[str, ...]:
    """Networks, without those that others contain."""
    if text.lower() in (firewall.ANY, firewall.CLOSED):
        return () if text.lower() == firewall.ANY else firewall.NOBODY
    found = [notation.network(one) for one in _several(text, "networks")]
    version_4 = ipaddress.collapse_addresses(map(ipaddress.IPv4Network, network.by_family(tuple(found), 4)))
    version_6 = ipaddress.collapse_addresses(map(ipaddress.IPv6Network, network.by_family(tuple(found), 6)))
    return tuple(map(str, (*version_4, *version_6)))


def _host_name(text: str, reading: Reading) -> str:
    if not notation.HOST.fullmatch(text):
        raise InvalidValue(what="A host name has up to 64 letters, digits and '-', in parts with '.' between them")
    return text.lower()


def _zone(text: str, reading: Reading) -> str:
    return notation.zone(text)


def _key(text: str, reading: Reading) -> str:
    return notation.time_key(text)


def _sourced(door: str) -> Word:
    return Word(f"Networks from which {door} is reached, any or closed", _sources, "any|closed|NETWORK[,NETWORK...]",
                offers=lambda state: [firewall.ANY, firewall.CLOSED])


Use = Annotated[str, Word("Which interface", one_of(*network.USES), "|".join(network.USES),
                          offers=lambda state: list(network.USES), bare=True)]
DeviceName = Annotated[str, Word("Network device that serves it", _device, "DEVICE")]
Addresses = Annotated[Addressing, Word(
    "Its addresses with their prefix, separated by commas; dhcp, dhcp4 or dhcp6 for those that are given to it",
    _addressing, "ADDRESS/PREFIX[,...]|dhcp|dhcp4|dhcp6", offers=lambda state: list(DHCP))]
Gateways = Annotated[tuple[str, ...], Word("Gateway to everywhere else: one for IPv4, one for IPv6, or none",
                                           _list_of(notation.address, "gateways", 2), "ADDRESS[,ADDRESS]|none")]
Routes = Annotated[tuple[str, ...], Word("Routes to other networks, or none",
                                         _list_of(_route, "routes"), "NETWORK@GATEWAY[,...]|none")]
Mtu = Annotated[int, stored("Largest packet in bytes (MTU)", Interface, "mtu", "bytes", least=576)]
NameServers = Annotated[tuple[str, ...], Word("Servers that are asked for names, or none for those of the machine",
                                              _list_of(notation.address, "servers", 3), "ADDRESS[,ADDRESS...]|none")]
FirewallMode = Annotated[str, choice("Whether everything that is not used is closed", ("on", "off"))]
SshSources = Annotated[tuple[str, ...], _sourced("SSH")]
HttpsSources = Annotated[tuple[str, ...], _sourced("HTTPS")]
PartnerSources = Annotated[tuple[str, ...], _sourced("the port for partners")]
SnmpSources = Annotated[tuple[str, ...], _sourced("the SNMP agent")]
Openings = Annotated[tuple[str, ...], Word("Other ports to open, or none", _list_of(notation.opening, "ports"),
                                           "PORT/PROTOCOL[@NETWORK][,...]|none")]
HostName = Annotated[str, Word("Host name of the machine", _host_name, "NAME", bare=True)]
Zone = Annotated[str, Word("Time zone", _zone, "AREA/CITY", bare=True)]
TimeServers = Annotated[tuple[str, ...], Word("Time servers, separated by commas, or none for those of the machine",
                                              _list_of(notation.time_server, "servers", 8), "SERVER[,SERVER...]|none")]
KeyNumber = Annotated[int, stored("Number of the key that they have to know", TimeSettings, "key_number", least=1)]
KeyType = Annotated[str, choice("Type of that key", timekeeping.KEY_TYPES)]
TimeKey = Annotated[str, Word("The key, as hexadecimal digits", _key, "KEY", secret=True)]
