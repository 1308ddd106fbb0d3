"""The networks, the firewall and the time of a deployed machine: they follow the state (R018, R150, R172, R241)."""

import os

from sysmgmt.domain import firewall, sealed, snmp
from sysmgmt.domain.firewall import Gate
from sysmgmt.domain.model import State, TimeSettings
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import (
    forwarding, hostname, ifupdown, interfaces, networkd, nftables, nginx, resolver, sshd, takeover, timekeeping)
from sysmgmt.host.nftables import Wanted
from sysmgmt.host.services import Service
from sysmgmt.service.duties.duty import Duty

POLL = 5.0
"""Seconds between two looks whether the machine passes anything on, and whom it asks for names."""
FOLDERS = tuple(map(os.path.dirname, (forwarding.SETTINGS, timekeeping.DROP_IN, *networkd.PATHS.values())))
"""Folders that have to be there before boxmgmtd starts, as it may write nowhere else."""
FILES = (
    nftables.RULES, forwarding.SETTINGS, *networkd.PATHS.values(), takeover.kept(ifupdown.INTERFACES), resolver.OURS,
    resolver.KEPT, hostname.WANTED, timekeeping.ZONE, timekeeping.DROP_IN, takeover.kept(timekeeping.CHRONY),
    timekeeping.KEYS)
"""What is written while boxmgmtd runs, besides the files that it takes over."""


def services(sealer: Sealer, root: str = "/") -> list[Service]:
    """What follows the state; the firewall last, since it names devices."""
    def opened(time: TimeSettings) -> str:
        return sealer.unseal(time.key, sealed.TIME_KEY)

    def wanted(state: State) -> Wanted:
        dhcp = tuple(version for version in (4, 6) if firewall.awaits_dhcp(state, version))
        return Wanted(firewall.rules(state, gates(state, root)), dhcp)
    return [*interfaces.services(root), hostname.service(root), *timekeeping.services(opened, root),
            nftables.service(wanted, _concerns, root)]


def gates(state: State, root: str = "/") -> list[Gate]:
    """The ports at which the box listens."""
    found = [Gate(firewall.SSH, port) for port in sshd.ports(root)]
    if nginx.is_installed(root):
        found.append(Gate(firewall.HTTPS, nginx.HERE.port))
    if len(state.partners):
        found.append(Gate(firewall.PARTNERS, state.settings.communication.port))
    if snmp.answers(state):
        found.append(Gate(firewall.SNMP, snmp.settings(state).port, firewall.UDP))
    return found


def _concerns(old: State, new: State) -> bool:
    return _told(old) != _told(new)


def _told(state: State) -> tuple[object, ...]:
    """What the rules are made of, besides what is installed."""
    reach = state.settings.reach
    return (reach.firewall, reach.interfaces, bool(len(state.partners)), state.settings.communication.port,
            snmp.answers(state), snmp.settings(state).port)


def give_back(root: str = "/") -> None:
    """Put the files back that were taken over: as they were then, not as they were before the deployment.

    Raises OSError, ServiceRefused.
    """
    takeover.give_back(ifupdown.INTERFACES, root)
    takeover.give_back(timekeeping.CHRONY, root)
    if root == "/":
        resolver.give_back()


def keep_forwarding_off(house: House) -> None:
    """Switch forwarding off where somebody has switched it on behind the back of the box. Raises ServiceRefused."""
    if forwarding.is_on():
        forwarding.switch_off()


def keep_name_servers(house: House) -> None:
    """Name our servers again where a client for DHCP, or whoever else, has named others. Raises ServiceRefused."""
    if resolver.is_overwritten():
        with house.box.store.writing():
            resolver.put_back()


DUTIES = (Duty("IP forwarding", POLL, keep_forwarding_off), Duty("the name servers", POLL, keep_name_servers))
