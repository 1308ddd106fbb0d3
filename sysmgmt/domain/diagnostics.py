"""Ways through the network: names, routes, hops, echoes and what goes through in a second, as they were found."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sysmgmt.domain.errors import ProbeFailed
from sysmgmt.domain.port_tables import THROUGHPUT_PORT

MOST_HOPS = 30


class Route(NamedTuple):
    """Which way the box sends to an address; gateway "" for a neighbour."""

    host: str
    address: str
    source: str
    interface: str = ""
    gateway: str = ""

    def facts(self) -> dict[str, Any]:
        """What is told of it."""
        return {"host": self.host, "address": self.address, "source": self.source,
                "interface": self.interface or None, "gateway": self.gateway or None}


class Hop(NamedTuple):
    """A machine on the way; address "" where it does not say who it is."""

    number: int
    address: str = ""
    milliseconds: float | None = None

    def facts(self) -> dict[str, Any]:
        """What is told of it."""
        return {"hop": self.number, "address": self.address or None, "milliseconds": self.milliseconds}


class Path(NamedTuple):
    """The route, and the machines on the way as far as they answer; `arrived` whether the last one is the host.

    `reason` is what a machine on the way says that leads no further.
    """

    route: Route
    hops: tuple[Hop, ...]
    arrived: bool
    reason: str = ""

    def facts(self) -> dict[str, Any]:
        """What test_route tells."""
        return {**self.route.facts(), "arrived": self.arrived, "reason": self.reason or None,
                "hops": [one.facts() for one in self.hops]}


class Echoes(NamedTuple):
    """Answers to echo requests, in milliseconds; `mtu` the longest packet in bytes that arrives in one piece."""

    route: Route
    sent: int
    answers: tuple[float, ...]
    mtu: int | None = None
    reason: str = ""

    def facts(self) -> dict[str, Any]:
        """What test_reachability tells."""
        times = {"least": min(self.answers), "mean": round(sum(self.answers) / len(self.answers), 1),
                 "most": max(self.answers)} if self.answers else None
        return {**self.route.facts(), "reachable": bool(self.answers), "sent": self.sent,
                "answered": len(self.answers), "milliseconds": times, "mtu": self.mtu, "reason": self.reason or None}


class Throughput(NamedTuple):
    """What arrived: bits a second over so many seconds; `retransmitted` where the sender is known to have counted."""

    host: str
    seconds: float
    bits: int
    retransmitted: int | None = None

    def facts(self) -> dict[str, Any]:
        """What measure_throughput tells; a Mbit is a million bits."""
        return {"host": self.host, "port": THROUGHPUT_PORT, "seconds": self.seconds,
                "mbit_per_second": round(self.bits / 1e6, 1), "retransmitted": self.retransmitted}


class NameAnswer(NamedTuple):
    """What one name server said; `verdict` is answered, or why there is no answer."""

    server: str
    verdict: str
    addresses: tuple[str, ...] = ()
    milliseconds: float | None = None

    def facts(self) -> dict[str, Any]:
        """What is told of it."""
        return {**self._asdict(), "addresses": list(self.addresses)}


def name_judged(server: str, found: Mapping[str, Any]) -> ProbeFailed | None:
    """What the facts of test_name come to: the box resolves the name, or the `server` that was asked alone does."""
    if server:
        fails = [f"{one['server']}: {one['verdict']}" for one in found["servers"] if not one["addresses"]]
        return ProbeFailed(what=", ".join(fails)) if fails else None
    return None if found["resolved"] else ProbeFailed(what=f"the box does not resolve {found['name']}")


def echoes_judged(found: Mapping[str, Any]) -> ProbeFailed | None:
    """What the facts of test_reachability come to."""
    return None if found["reachable"] else ProbeFailed(what=f"{found['host']} does not answer")


def measurement_judged(found: Mapping[str, Any]) -> ProbeFailed | None:
    """What the facts of await_throughput come to."""
    return None if found["measured"] else ProbeFailed(what="no other box came to measure")


class NameFound(NamedTuple):
    """What a name means to the box itself, and what each name server says."""

    name: str
    addresses: tuple[str, ...]
    servers: tuple[NameAnswer, ...]

    def facts(self) -> dict[str, Any]:
        """What test_name tells."""
        return {"name": self.name, "resolved": bool(self.addresses), "addresses": list(self.addresses),
                "servers": [one.facts() for one in self.servers]}
