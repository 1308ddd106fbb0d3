"""The networks of the box: LAN, WAN and data apart, and never a way through it from one to another (R018, R241)."""

import ipaddress
from collections.abc import Iterator
from typing import Any, NamedTuple

from sysmgmt.domain.errors import InvalidValue, NotConfigured
from sysmgmt.domain.model import Interface, Reach, State

USES = {"lan": "LAN", "wan": "WAN", "data1": "first data network", "data2": "second data network"}
"""What an interface is for."""
DATA = ("data1", "data2")
FAMILIES = {"ipv4": 4, "ipv6": 6}
LEAST_MTU = {4: 576, 6: 1280}
"""Bytes."""


class Device(NamedTuple):
    """A network device of the machine, as it is now; addresses with their prefix, `mtu` in bytes."""

    name: str
    up: bool
    mtu: int
    mac: str
    addresses: tuple[str, ...] = ()


def interface(state: State, use: str) -> Interface:
    """The interface of that use. Raises NotConfigured."""
    found = next((one for one in state.settings.reach.interfaces if one.use == use), None)
    if found is None:
        raise NotConfigured(what=f"The interface {use}", command="set_network")
    return found


def put(state: State, new: Interface) -> State:
    """The state in which `new` serves its use. Raises InvalidValue."""
    others = [one for one in state.settings.reach.interfaces if one.use != new.use]
    _check(new)
    for one in others:
        _check_apart(new, one)
    order = list(USES)
    return _with(state, interfaces=tuple(sorted((*others, new), key=lambda one: order.index(one.use))))


def remove(state: State, use: str) -> State:
    """The state in which nothing serves `use`. Raises NotConfigured."""
    gone = interface(state, use)
    return _with(state, interfaces=tuple(one for one in state.settings.reach.interfaces if one != gone))


def set_name_servers(state: State, servers: tuple[str, ...]) -> State:
    """The state in which names are asked of `servers`; (): of those that the machine knows."""
    return _with(state, name_servers=servers)


def _with(state: State, **changed: Any) -> State:
    reach: Reach = state.settings.reach._replace(**changed)
    return state._replace(settings=state.settings._replace(reach=reach))


def families(one: Interface) -> set[int]:
    """The versions of IP that it speaks."""
    return {network.version for network in _networks(one)} | {FAMILIES[family] for family in one.dhcp}


def by_family(texts: tuple[str, ...], version: int) -> list[str]:
    """Those addresses, networks or routes that are of a version of IP."""
    return [one for one in texts if (":" in one) == (version == 6)]


def _networks(one: Interface) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_interface(address).network for address in one.addresses]


def _check(new: Interface) -> None:
    """Raise InvalidValue for what does not fit together."""
    least = max((LEAST_MTU[version] for version in families(new)), default=0)
    if new.mtu and new.mtu < least:
        raise InvalidValue(what=f"The MTU has to be {least} bytes at least")
    if len({":" in one for one in new.gateways}) < len(new.gateways):
        raise InvalidValue(what="There is one gateway for IPv4 and one for IPv6 at most")
    for gateway in (*new.gateways, *(one.partition("@")[2] for one in new.routes)):
        if not any(_reaches(network, gateway) for network in _networks(new)):
            raise InvalidValue(what=f"The gateway {gateway} is in no network of this interface")


def _reaches(network: ipaddress.IPv4Network | ipaddress.IPv6Network, gateway: str) -> bool:
    found = ipaddress.ip_address(gateway)
    return found.version == network.version and found in network


def _check_apart(new: Interface, other: Interface) -> None:
    """Raise InvalidValue where the networks of two uses meet."""
    if new.device == other.device:
        raise InvalidValue(what=f"The device {new.device} serves {other.use} already")
    for one in _networks(new):
        if any(one.version == each.version and one.overlaps(each) for each in _networks(other)):
            raise InvalidValue(what=f"The network {one} meets one of {other.use}")
    for gateway in new.gateways:
        if by_family(other.gateways, 6 if ":" in gateway else 4):
            raise InvalidValue(what=f"{other.use} has the gateway already; use routes for other networks")


def shown(one: Interface) -> dict[str, Any]:
    """An interface as get_network tells it."""
    return {"interface": one.use, "device": one.device, "addresses": list(one.addresses), "dhcp": list(one.dhcp),
            "gateways": list(one.gateways), "routes": list(one.routes), "mtu": one.mtu or None}


def facts(state: State, devices: list[Device], servers: list[str], forwards: bool) -> Iterator[tuple[str, Any]]:
    """What get_network tells, besides the host name; `servers` are asked for names now, whoever has named them."""
    reach = state.settings.reach
    yield "interfaces", [shown(one) for one in reach.interfaces]
    yield "name_servers", list(reach.name_servers)
    yield "name_servers_in_use", servers
    yield "forwarding", "on" if forwards else "off"
    yield "devices", [{**one._asdict(), "addresses": list(one.addresses)} for one in devices]
