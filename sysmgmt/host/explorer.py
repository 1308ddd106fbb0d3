"""The network as this machine sees it: the port `sysmgmt.engine.ports.Explorer`.

What it takes is imported where it is needed: most commands look at nothing.
"""

from collections.abc import Callable, Sequence

from sysmgmt.domain.diagnostics import Echoes, NameFound, Path, Throughput
from sysmgmt.domain.probes import PortFinding, Probe


class MachineExplorer:
    """The port Explorer of this machine."""

    def probe(self, probes: Sequence[Probe], done: Callable[[int], None]) -> list[PortFinding]:
        """See the port."""
        from sysmgmt.host import probing

        return probing.probe(probes, done)

    def look_up(self, name: str, server: str) -> NameFound:
        """See the port."""
        from sysmgmt.host import names

        return names.look_up(name, server)

    def path(self, host: str) -> Path:
        """See the port."""
        from sysmgmt.host import hops

        return hops.path(host)

    def echo(self, host: str, count: int, done: Callable[[int], None]) -> Echoes:
        """See the port."""
        from sysmgmt.host import echoes

        return echoes.echo(host, count, done)

    def measure(self, host: str, seconds: int, receive: bool) -> Throughput:
        """See the port."""
        from sysmgmt.host import iperf

        return iperf.measure(host, seconds, receive)

    def await_measurement(self, seconds: int) -> Throughput | None:
        """See the port."""
        from sysmgmt.host import iperf

        return iperf.await_measurement(seconds)
