"""What listens on the machine, compared with what should (R150)."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain.model import State
from sysmgmt.domain.port_tables import TCP, UDP, inbound
from sysmgmt.domain.tls import PARTNERS, WEB_SERVER, Listener

EXPECTED, LOCAL, UNEXPECTED = "expected", "local", "unexpected"
"""Of the box; reached from the machine itself only; everything else."""
PROGRAMS = {WEB_SERVER: ("nginx",), PARTNERS: ()}
"""Which programs serve a listener of the box; () where the name tells nothing."""


class Socket(NamedTuple):
    """Something that listens; `program` "" where nobody may know it."""

    protocol: str
    address: str
    port: int
    program: str = ""

    @property
    def local(self) -> bool:
        """Whether only the machine itself reaches it."""
        return self.address not in ("", "*") and ipaddress.ip_address(self.address).is_loopback


class Expected(NamedTuple):
    """A port at which something of the box listens: which of `programs`, () for any, and what for.

    With `always` it is missed where it does not.
    """

    protocol: str
    port: int
    programs: tuple[str, ...]
    why: str
    always: bool = False


DHCP = ("dhclient", "dhcpcd", "systemd-network", "NetworkManager")
ANYWHERE = (Expected(TCP, 22, ("sshd", "systemd"), "SSH"),
            Expected(UDP, 68, DHCP, "DHCP"), Expected(UDP, 546, DHCP, "DHCP"))
"""What the machine of a box may serve besides what is configured."""


def expected(state: State, listeners: Iterable[Listener]) -> list[Expected]:
    """What should listen; what is shut should not."""
    ours = (Expected(TCP, one.port, PROGRAMS.get(one.name, ()), one.name, True) for one in listeners if not one.shut)
    agents = (Expected(UDP, one.port, ("snmpd",), "SNMP") for one in state.snmp.values() if one.enabled and one.agent)
    opened = (Expected(protocol, int(port), (), "opened by set_firewall") for port, protocol in _opened(state))
    return [*ANYWHERE, *ours, *agents, *opened]


def _opened(state: State) -> Iterator[tuple[str, str]]:
    for text in state.settings.reach.firewall.opened:
        port, _, protocol = text.partition("@")[0].partition("/")
        yield port, protocol


def facts(found: Sequence[Socket], wanted: Sequence[Expected]) -> dict[str, Any]:
    """What get_listening_ports tells."""
    told = [_told(one, wanted) for one in sorted(set(found), key=lambda one: (one.port, one))]
    return {"unexpected": sum(one["verdict"] == UNEXPECTED for one in told), "ports": told,
            "missing": [{"port": f"{one.port}/{one.protocol}", "use": one.why} for one in _missing(found, wanted)]}


def unexpected(found: Iterable[Socket], wanted: Sequence[Expected]) -> list[str]:
    """What listens and should not, as `PORT/PROTOCOL (PROGRAM)`."""
    return sorted({f"{one.port}/{one.protocol}" + (f" ({one.program})" if one.program else "")
                   for one in found if _judged(one, wanted)[0] == UNEXPECTED})


def _missing(found: Sequence[Socket], wanted: Iterable[Expected]) -> Iterator[Expected]:
    there = {(one.protocol, one.port) for one in found}
    return (one for one in wanted if one.always and (one.protocol, one.port) not in there)


def _told(one: Socket, wanted: Sequence[Expected]) -> dict[str, Any]:
    verdict, reason = _judged(one, wanted)
    return {"port": f"{one.port}/{one.protocol}", "address": one.address, "program": one.program or None,
            "verdict": verdict, "reason": reason,
            "rows": [row.number for row in inbound(one.port, one.protocol)]}


def _judged(one: Socket, wanted: Sequence[Expected]) -> tuple[str, str]:
    meant = [each for each in wanted if (each.protocol, each.port) == (one.protocol, one.port)]
    fitting = [each for each in meant if not one.program or not each.programs or one.program in each.programs]
    if fitting:
        return EXPECTED, fitting[0].why
    if one.local:
        return LOCAL, "only the machine itself reaches it"
    if meant:
        return UNEXPECTED, f"{' or '.join(meant[0].programs)} should listen here, for {meant[0].why}"
    if rows := inbound(one.port, one.protocol):
        return UNEXPECTED, f"the tables have this port for {rows[0].use}, which the box does not serve"
    return UNEXPECTED, "nothing of the box listens here"
