"""The ports through which the engine looks at the network and at the machine."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # most commands look at nothing, and each shell comes by here
    from sysmgmt.domain.diagnostics import Echoes, NameFound, Path, Throughput
    from sysmgmt.domain.probes import PortFinding, Probe
    from sysmgmt.domain.sockets import Socket


class Explorer(Protocol):
    """Looks at the network from the box. Everything is bounded in count and time."""

    def probe(self, probes: "Sequence[Probe]", done: Callable[[int], None]) -> "Sequence[PortFinding]":
        """Try all, some at a time; `done` hears how many are."""

    def look_up(self, name: str, server: str) -> "NameFound":
        """What a name or an address means to the box, and to a name server or to all that it knows."""

    def path(self, host: str) -> "Path":
        """The way to a host. Raises ServerUnreachable."""

    def echo(self, host: str, count: int, done: Callable[[int], None]) -> "Echoes":
        """Send echo requests to a host; `done` hears how many. Raises ServerUnreachable, ServiceRefused."""

    def measure(self, host: str, seconds: int, receive: bool) -> "Throughput":
        """Send to another box that waits for it, or receive from it. Raises ServerUnreachable, ServiceRefused."""

    def await_measurement(self, seconds: int) -> "Throughput | None":
        """Let another box measure once; None if none came within `seconds`. Raises ServiceRefused."""


class Sight(Protocol):
    """Looks at the machine that the box runs on."""

    def sockets(self) -> "Sequence[Socket]":
        """Everything that listens. Raises ServiceRefused."""

    def daemons(self) -> Collection[str]:
        """The names of the programs that run."""
