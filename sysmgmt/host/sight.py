"""What runs and listens on the machine: the port `sysmgmt.engine.ports.Sight`."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.sockets import Socket

SS = "/usr/bin/ss"
_LISTENS = re.compile(r'(tcp|udp) +(?:LISTEN|UNCONN) +\d+ +\d+ +(\S+):(\d+) +\S+ *(?:users:\(\("([^"]*)")?')


class MachineSight:
    """The port Sight of this machine."""

    def sockets(self) -> list[Socket]:
        """See the port."""
        from sysmgmt.host import transient  # most commands start no program

        if not os.access(SS, os.X_OK):
            raise ServiceRefused("ss is not installed on this box, so what listens is not known.",
                                 "Install the Debian package iproute2.")
        told = transient.run("ss", [SS, "--no-header", "--listening", "--numeric", "--tcp", "--udp", "--processes"])
        return [_socket(match) for match in map(_LISTENS.match, told.splitlines()) if match]

    def daemons(self) -> set[str]:
        """See the port."""
        return set(_names())


def _socket(match: "re.Match[str]") -> Socket:
    protocol, address, port, program = match.groups()
    return Socket(protocol, address.partition("%")[0].strip("[]"), int(port), program or "")


def _names() -> Iterator[str]:
    for number in filter(str.isdecimal, os.listdir("/proc")):
        yield _read(f"/proc/{number}/comm")


def _read(path: str) -> str:
    with suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read().strip()
    return ""
