"""What sets interfaces up on this machine: ifupdown, else systemd-networkd; and what belongs to every network."""

from collections.abc import Mapping

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.host import forwarding, ifupdown, networkd, resolver
from sysmgmt.host.files import File
from sysmgmt.host.services import Service


def services(root: str = "/") -> list[Service]:
    """The services. Where nothing can set interfaces up, a state that wants one is refused."""
    return [forwarding.service(root), _chosen(root), resolver.service(root)]


def _chosen(root: str) -> Service:
    if ifupdown.is_installed(root):
        return ifupdown.Ifupdown(root).service()
    return networkd.service(root) if networkd.is_installed(root) else Service(
        "The machine", _refused, lambda old, new: old.settings.reach.interfaces != new.settings.reach.interfaces,
        _done)


def _refused(state: State) -> Mapping[str, File | None]:
    if state.settings.reach.interfaces:
        raise ServiceRefused(service="The machine", words="neither ifupdown nor systemd-networkd is installed")
    return {}


def _done() -> None:
    """Nothing has to be done."""
