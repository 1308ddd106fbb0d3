"""The firewall: everything that nothing of the box serves is closed (R150)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import network
from sysmgmt.domain.model import Firewall, State, named

SSH, HTTPS, PARTNERS, SNMP = DOORS = ("ssh", "https", "partners", "snmp")
TCP, UDP = PROTOCOLS = ("tcp", "udp")
ANY, CLOSED = "any", "closed"
NOBODY = (CLOSED,)


class Gate(NamedTuple):
    """A port at which something of the box listens, and the door that it belongs to."""

    door: str
    port: int
    protocol: str = TCP


class Rule(NamedTuple):
    """What is let in: to a port, from `sources` (() is everybody), except through the devices `not_through`."""

    name: str
    port: int
    protocol: str
    sources: tuple[str, ...] = ()
    not_through: tuple[str, ...] = ()


def changed(state: State, **fields: Any) -> State:
    """The state with other settings of the firewall; a field that is None stays as it is."""
    settings = state.settings
    new = settings.reach.firewall._replace(**named(fields))
    return state._replace(settings=settings._replace(reach=settings.reach._replace(firewall=new)))


def rules(state: State, gates: Iterable[Gate]) -> list[Rule]:
    """Who is let in: to the doors, never through a data network (R018), and to the ports that somebody opened."""
    reach = state.settings.reach
    data = tuple(one.device for one in reach.interfaces if one.use in network.DATA)
    let_in = [Rule(one.door, one.port, one.protocol, sources, data) for one in gates
              if (sources := admitted(reach.firewall, one.door)) != NOBODY]
    return [*let_in, *map(_opened, reach.firewall.opened)]


def admitted(firewall: Firewall, door: str) -> tuple[str, ...]:
    """The networks that may come to a door: () is everybody, NOBODY nobody."""
    found: Mapping[str, tuple[str, ...]] = firewall._asdict()
    return found[door]


def _opened(text: str) -> Rule:
    place, _, source = text.partition("@")
    port, _, protocol = place.partition("/")
    return Rule("opened", int(port), protocol, (source,) if source else ())


def awaits_dhcp(state: State, version: int) -> bool:
    """Whether somebody may give the box an address: also as long as the machine decides that itself."""
    found = state.settings.reach.interfaces
    return not found or any(network.FAMILIES[family] == version for one in found for family in one.dhcp)


def facts(state: State) -> dict[str, Any]:
    """Who may come to the box."""
    return shown(state.settings.reach.firewall)


def shown(one: Firewall) -> dict[str, Any]:
    """A firewall as get_firewall tells it."""
    return {"mode": "on" if one.enabled else "off",
            **{door: list(admitted(one, door)) or [ANY] for door in DOORS}, "opened": list(one.opened)}
