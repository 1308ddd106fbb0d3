"""The networks of the box, its host name, and the firewall (R018, R150, R241)."""

from sysmgmt.commands.network_words import (
    Addresses, DeviceName, FirewallMode, Gateways, HostName, HttpsSources, Mtu, NameServers, Openings, PartnerSources,
    Routes, SnmpSources, SshSources, Use)
from sysmgmt.commands.words import CONFIRM_MINUTES, ConfirmMinutes
from sysmgmt.domain import firewall, network
from sysmgmt.domain.model import Interface
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import machines
from sysmgmt.engine.declaration import Call, Change, Shown, command


@command(needs=Permission.BOXMGMT, checks=machines.governed_network)
def set_network(call: Call, interface: Use, device: DeviceName, addresses: Addresses, gateways: Gateways = (),
                routes: Routes = (), mtu: Mtu | None = None,
                confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Set up one interface of the box: LAN, WAN, or one of two data networks.

    Each has a device and networks of its own, which must not meet, and the box never passes anything
    on from one to another. What is not given is not there afterwards. A device that no interface
    names is left to the machine. Unless it is confirmed with confirm_change from a new login within
    confirm_minutes (10 unless given; 0: final at once), the change is undone by itself, also after a
    crash or a restart of the box.
    """
    new = Interface(interface, device, addresses.addresses, addresses.dhcp, gateways, routes, mtu or 0)
    return Change(network.put(call.state, new), network.shown(new))


@command(needs=Permission.BOXMGMT, checks=machines.governed_network)
def remove_network(call: Call, interface: Use, confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Leave the device of an interface to the machine again.

    The change is undone by itself, as that of set_network, unless it is confirmed.
    """
    return Change(network.remove(call.state, interface), {"interface": interface})


@command(needs=Permission.BOXMGMT, checks=machines.governed_network)
def set_name_servers(call: Call, servers: NameServers, confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Change the servers that the box asks for names (DNS).

    The change is undone by itself, as that of set_network, unless it is confirmed.
    """
    return Change(network.set_name_servers(call.state, servers), {"servers": list(servers)})


@command(needs=Permission.VIEW)
def get_network(call: Call) -> Shown:
    """Show the host name, the interfaces as they are set up, and the devices as they are now.

    name_servers are those that set_name_servers has set, name_servers_in_use those that the machine asks
    now. forwarding tells whether the machine passes on what is meant for others: it never should. governed
    tells whether the machine takes over what is set here; that takes boxmgmtd --deploy.
    """
    here = call.box.network
    return Shown({"host_name": here.host_name(), "governed": here.is_governed(),
                  **dict(network.facts(call.state, list(here.devices()), list(here.name_servers()), here.forwards()))})


@command(needs=Permission.BOXMGMT, checks=machines.governed_network)
def set_host_name(call: Call, name: HostName) -> Change:
    """Change the host name of the machine."""
    return Change(call.state._replace(settings=call.state.settings._replace(host_name=name)), {"name": name})


@command(needs=Permission.SECURITY, checks=machines.governed_network)
def set_firewall(call: Call, mode: FirewallMode, ssh: SshSources | None = None, https: HttpsSources | None = None,
                 partners: PartnerSources | None = None, snmp: SnmpSources | None = None,
                 open: Openings | None = None, confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Close everything that the box does not use, or nothing.

    Open stay the doors that there are (SSH, HTTPS where there is a web server, the port for partners
    as long as there are any, the SNMP agent while it is enabled), each for the networks that are
    given, and the ports named by open. A door is never open to the devices of data networks; a port
    named by open is. What is not given stays as it is. Unless it is confirmed with confirm_change
    from a new login within confirm_minutes (10 unless given; 0: final at once), the change is undone by
    itself, also after a crash or a restart of the box.
    """
    state = firewall.changed(call.state, enabled=mode == "on", ssh=ssh, https=https, partners=partners, snmp=snmp,
                             opened=open)
    return Change(state, firewall.facts(state))


@command(needs=Permission.SECURITY)
def get_firewall(call: Call) -> Shown:
    """Show who may come to the box, and whether the rules are in force."""
    return Shown({**firewall.facts(call.state), "in_force": call.box.network.filters()})
