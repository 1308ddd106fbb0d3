"""Whether the machine passes on what is meant for others: never (R241)."""

import os
from contextlib import suppress

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.host import programs
from sysmgmt.host.daemons import SYSTEMD
from sysmgmt.host.files import File
from sysmgmt.host.services import Service, left_alone

NAME = "IP forwarding"
SETTINGS = "/etc/sysctl.d/zz-boxmgmt.conf"
SWITCHES = {"net.ipv4.ip_forward": "/proc/sys/net/ipv4/ip_forward",
            "net.ipv6.conf.all.forwarding": "/proc/sys/net/ipv6/conf/all/forwarding"}
TEXT = "# Written by boxmgmtd: the box passes nothing on from one network to another.\n" + "".join(
    f"{name} = 0\n" for name in SWITCHES)


def service(root: str = "/") -> Service:
    """The service: a file of settings that no state changes."""
    return Service(NAME, lambda state: {SETTINGS: File(TEXT.encode())}, lambda old, new: False,
                   switch_off if root == "/" else left_alone)


def is_on() -> bool:
    """Whether the kernel passes anything on."""
    return any(_reads(path) not in ("", "0") for path in SWITCHES.values())


def switch_off() -> None:
    """Have the kernel pass nothing on. Raises ServiceRefused."""
    if os.path.isdir(SYSTEMD):
        programs.run(NAME, ["/usr/bin/systemctl", "restart", "systemd-sysctl.service"])
    else:
        for path in SWITCHES.values():
            with suppress(OSError), open(path, "w", encoding="ascii") as file:
                file.write("0")
    if is_on():
        raise ServiceRefused(service=NAME, words="it stays on, whatever /etc/sysctl.d says")


def _reads(path: str) -> str:
    with suppress(OSError), open(path, encoding="ascii") as file:
        return file.read().strip()
    return ""
