"""systemd-networkd: one file for each interface. It comes before what netplan or others have written."""

import os
from collections.abc import Iterator, Mapping

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Interface, State
from sysmgmt.domain.network import USES
from sysmgmt.host import files, programs
from sysmgmt.host.daemons import SYSTEMD
from sysmgmt.host.files import File
from sysmgmt.host.ifupdown import check_exists, check_plain
from sysmgmt.host.services import Service, accepted, left_alone

NAME = "systemd-networkd"
PROGRAM = "/usr/lib/systemd/systemd-networkd"
RUNS = "/run/systemd/netif/state"
"""Exists while it runs."""
FOLDER = "/etc/systemd/network"
PATHS = {use: f"{FOLDER}/00-boxmgmt-{use}.network" for use in USES}
"""The first file that fits a device is the one that holds."""
DHCP = {(): "no", ("ipv4",): "ipv4", ("ipv6",): "ipv6", ("ipv4", "ipv6"): "yes"}


def service(root: str = "/") -> Service:
    """The service."""
    def concerns(old: State, new: State) -> bool:
        before, after = old.settings.reach, new.settings.reach
        return (before.interfaces, before.name_servers) != (after.interfaces, after.name_servers)
    return Service(NAME, render, concerns, reload if root == "/" else left_alone,
                   check if root == "/" else accepted)


def is_installed(root: str = "/") -> bool:
    """Whether the machine has it."""
    return os.access(files.within(root, PROGRAM), os.X_OK)


def render(state: State) -> Mapping[str, File | None]:
    """The files that a state wants."""
    reach = state.settings.reach
    wanted = {one.use: "\n".join(lines(one, reach.name_servers)) + "\n" for one in reach.interfaces}
    return {path: File(wanted[use].encode()) if use in wanted else None for use, path in PATHS.items()}


def lines(one: Interface, name_servers: tuple[str, ...]) -> Iterator[str]:
    """How an interface is written. Raises ServiceRefused."""
    check_plain(NAME, one)
    yield from ("# Written by boxmgmtd; changes made here are lost. See boxmgmtd(8).", "[Match]", f"Name={one.device}")
    if one.mtu:
        yield from ("[Link]", f"MTUBytes={one.mtu}")
    yield from ("[Network]", f"DHCP={DHCP[one.dhcp]}", f"IPv6AcceptRA={'yes' if 'ipv6' in one.dhcp else 'no'}",
                "ConfigureWithoutCarrier=yes")
    yield from (f"Address={address}" for address in one.addresses)
    yield from (f"Gateway={gateway}" for gateway in one.gateways)
    yield from (f"DNS={server}" for server in name_servers)
    for route in one.routes:
        network, _, gateway = route.partition("@")
        yield from ("[Route]", f"Destination={network}", f"Gateway={gateway}")
    if name_servers:
        yield from ("[DHCPv4]", "UseDNS=no", "[DHCPv6]", "UseDNS=no")


def check(prepared: Mapping[str, str]) -> None:
    """See that it runs: it has no checker. Raises ServiceRefused."""
    if prepared and not os.path.exists(RUNS):
        raise ServiceRefused(service=NAME, words="it does not run; use systemctl enable --now systemd-networkd")
    for path in prepared.values():
        check_exists(NAME, _device(path))


def _device(path: str) -> str:
    """The device that a file is about."""
    content = (files.read(path) or File(b"")).content.decode()
    return content.partition("\nName=")[2].partition("\n")[0]


def reload() -> None:
    """Have it read its files again and change the devices that they are about. Raises ServiceRefused."""
    if os.path.isdir(SYSTEMD):
        programs.run(NAME, ["/usr/bin/networkctl", "reload"])
