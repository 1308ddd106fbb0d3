"""The name that the machine calls itself."""

import os
from collections.abc import Mapping

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.host import files, programs
from sysmgmt.host.daemons import SYSTEMD
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "hostnamectl"
WANTED = "/etc/boxmgmt/host_name"


def service(root: str = "/") -> Service:
    """The service: a file that says what the name is to be, as soon as somebody has said so."""
    def render(state: State) -> Mapping[str, File | None]:
        name = state.settings.host_name
        return {WANTED: File(f"{name}\n".encode()) if name else None}
    return Service(NAME, render, lambda old, new: old.settings.host_name != new.settings.host_name,
                   lambda: call(root), lambda prepared: _check(root))


def _check(root: str) -> None:
    if root == "/" and not os.path.isdir(SYSTEMD):
        raise ServiceRefused(service=NAME, words="there is no systemd here")


def call(root: str = "/") -> None:
    """Have the machine call itself what the file says. Raises ServiceRefused."""
    found = files.read(files.within(root, WANTED))
    if found and root == "/" and os.path.isdir(SYSTEMD):
        programs.run(NAME, ["/usr/bin/hostnamectl", "set-hostname", found.content.decode().strip()])
