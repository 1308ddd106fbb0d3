"""The networks and the clock of the machine as they are now: the port `sysmgmt.engine.ports.Network`.

What asks the machine is imported when somebody asks.
"""

from contextlib import suppress
from typing import Any

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.network import Device
from sysmgmt.domain.timekeeping import ClockStatus


class MachineNetwork:
    """The port Network; `governed` is what it says of itself."""

    def __init__(self, governed: bool) -> None:
        self._governed = governed

    def is_governed(self) -> bool:
        """See the port."""
        return self._governed

    def check(self) -> None:
        """See the port."""
        if not self._governed:
            raise ServiceRefused("The box does not govern the network, the firewall and the clock of this machine.",
                                 "That takes boxmgmtd --deploy; see boxmgmtd(8).")

    def host_name(self) -> str:
        """See the port."""
        import socket

        return socket.gethostname()

    def devices(self) -> list[Device]:
        """See the port."""
        import json

        from sysmgmt.host import transient

        with suppress(ServiceRefused, ValueError):
            told = json.loads(transient.run("ip", ["/usr/sbin/ip", "-json", "address", "show"]))
            return [_device(one) for one in told if one.get("link_type") != "loopback"]
        return []

    def name_servers(self) -> list[str]:
        """See the port."""
        from sysmgmt.host import names

        return names.known()

    def forwards(self) -> bool:
        """See the port."""
        from sysmgmt.host import forwarding

        return forwarding.is_on()

    def filters(self) -> bool:
        """See the port."""
        from sysmgmt.host import nftables

        return nftables.is_installed() and nftables.in_force()

    def clock(self) -> ClockStatus:
        """See the port."""
        from sysmgmt.host import timekeeping

        return timekeeping.clock()


def _device(told: Any) -> Device:
    addresses = tuple(f"{one['local']}/{one['prefixlen']}" for one in told.get("addr_info", ())
                      if one.get("scope") == "global")
    return Device(told["ifname"], "UP" in told.get("flags", ()), told.get("mtu", 0), told.get("address", ""), addresses)
