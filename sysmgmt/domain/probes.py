"""Whether ports are open: which are tried, where, and what is told of them (R160-R211)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import destinations, network
from sysmgmt.domain.destinations import Place
from sysmgmt.domain.errors import InvalidValue, ProbeFailed
from sysmgmt.domain.model import State
from sysmgmt.domain.port_tables import (
    BY_NUMBER, DATA_NETWORK, ICMP, LAN, PARTNER, ROWS, TABLES, TCP, WAN, Row)

OPEN, CLOSED, FILTERED, UNCLEAR, NO_NAME = VERDICTS = (
    "open", "closed", "filtered", "open_or_filtered", "name_not_resolved")
"""Nothing tells an open UDP port that keeps silent from one that is filtered: `open_or_filtered`."""
FAILED = (CLOSED, FILTERED, NO_NAME)
ALL = "all"
USES = {LAN: "lan", WAN: "wan", DATA_NETWORK: network.DATA[0]}
"""What serves the interfaces of the tables."""
MOST = 500
"""Probes of one request."""


class Probe(NamedTuple):
    """A port that is tried; with the port 0 an echo request. `row` is that of the guide's tables, if it has one.

    It is tried through `device`, "" through whichever leads there.
    """

    host: str
    port: int
    protocol: str
    row: Row | None = None
    device: str = ""


class PortFinding(NamedTuple):
    """What came of a probe; the times in milliseconds. `source` is the address of the box that it came from."""

    verdict: str
    reason: str = ""
    address: str = ""
    source: str = ""
    milliseconds: float | None = None


class Wish(NamedTuple):
    """What somebody wants to have tried; "" and 0 where he does not say."""

    table: str = ""
    row: str = ""
    host: str = ""
    port: int = 0
    protocol: str = ""


class Plan(NamedTuple):
    """What is tried, and the rows that are not, with the reason."""

    probes: tuple[Probe, ...]
    untested: tuple[tuple[Row, str], ...] = ()


def plan(state: State, wish: Wish) -> Plan:
    """What is tried. Raises InvalidValue for what does not fit together, or is too much."""
    _check(wish)
    if wish.port:
        return Plan((Probe(wish.host, wish.port, wish.protocol or TCP),))
    rows = [BY_NUMBER[wish.row]] if wish.row else [one for one in ROWS if wish.table in ("", ALL, one.table)]
    known = [(row.number, Place(wish.host)) for row in rows] if wish.host else list(destinations.known(state))
    where = {row: [place for number, place in known if number == row.number] for row in rows}
    devices = {one.use: one.device for one in state.settings.reach.interfaces}
    probes = tuple(probe._replace(device=devices.get(USES[row.interface], "")) for row, found in where.items()
                   for place in found for probe in _of(row, place) if wish.protocol in ("", probe.protocol))
    if len(probes) > MOST:
        raise InvalidValue(what=f"At most {MOST} ports are tested at once, and these are {len(probes)}")
    return Plan(probes, tuple((row, _why(state, row)) for row, found in where.items() if not found))


def _check(wish: Wish) -> None:
    if wish.row and wish.row not in BY_NUMBER:
        raise InvalidValue(what=f"The tables have no row {wish.row}")
    if wish.table and wish.row:
        raise InvalidValue(what="Give either table or row, not both")
    if wish.port and (not wish.host or wish.table or wish.row):
        raise InvalidValue(what="A port needs a host, and neither table nor row")
    if wish.protocol == ICMP and wish.port:
        raise InvalidValue(what="Only tcp and udp have ports")


def _of(row: Row, place: Place) -> Iterator[Probe]:
    for protocol in row.protocols:
        if place.protocol in ("", protocol):
            yield Probe(place.host, place.port or row.port, protocol, row)


def _why(state: State, row: Row) -> str:
    """Why a row is not tested."""
    if not row.to:
        return "others connect to the box: see get_listening_ports, or give the host of another box"
    if row.to == PARTNER and state.settings.communication.isolated:
        return "the cluster is isolated"
    return f"no {row.to} is configured; give its host"


def facts(found: Sequence[tuple[Probe, PortFinding]], plan: Plan) -> dict[str, Any]:
    """What test_connectivity tells."""
    counted = {verdict: sum(one.verdict == verdict for _, one in found) for verdict in VERDICTS}
    return {"tested": len(found), **counted, "ports": [_told(*one) for one in found],
            "not_tested": [{"reason": why, "rows": [row.number for row, each in plan.untested if each == why]}
                           for why in dict.fromkeys(why for _, why in plan.untested)]}


def judged(found: Mapping[str, Any]) -> ProbeFailed | None:
    """What the facts of test_connectivity come to. Nobody can tell that a silent UDP port is closed."""
    failed = sum(found[one] for one in FAILED)
    return ProbeFailed(what=f"{failed} of {found['tested']} cannot be reached") if failed else None


def _told(probe: Probe, finding: PortFinding) -> dict[str, Any]:
    row = probe.row
    port = f"{probe.port}/{probe.protocol}" if probe.port else probe.protocol
    shown = {"port": port, "host": probe.host, "address": finding.address or None,
             "row": row.number if row else None, "table": row.table if row else None,
             "use": row.use if row else None, "interface": row.interface if row else None,
             "device": probe.device or None, "source": finding.source or None,
             "verdict": finding.verdict, "reason": finding.reason or None, "milliseconds": finding.milliseconds}
    if row and finding.verdict in FAILED:
        shown["effect_if_closed"] = row.effect
    return shown


def tables() -> tuple[str, ...]:
    """What `table` may be."""
    return (*TABLES, ALL)
