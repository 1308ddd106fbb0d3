"""The time zone, and the servers that tell the time (R172)."""

from sysmgmt.commands.network_words import KeyNumber, KeyType, TimeKey, TimeServers, Zone
from sysmgmt.domain import sealed, timekeeping
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.timekeeping import Proof
from sysmgmt.domain.times import iso
from sysmgmt.engine import machines
from sysmgmt.engine.declaration import Call, Change, Shown, command


@command(needs=Permission.BOXMGMT, checks=machines.governed_network)
def set_time(call: Call, zone: Zone | None = None, servers: TimeServers | None = None,
             key_number: KeyNumber | None = None, key_type: KeyType = timekeeping.KEY_TYPES[0],
             key: TimeKey | None = None) -> Change:
    """Change the time zone, or the servers that tell the time (NTP), or both.

    chrony or systemd-timesyncd asks them, whichever the machine has. With key_number and key the
    servers are believed only if they prove that they know the key; that takes chrony. Servers that
    are given without a key are believed without a proof. What is not given stays as it is. The clock
    itself is not set by hand.
    """
    old = call.state.settings.time
    new = old._replace(zone=zone or old.zone)
    if servers is not None or key_number is not None or key is not None:
        new = timekeeping.asked_of(new, old.servers if servers is None else servers, Proof(key_number, key_type, key))
    if key:
        new = new._replace(key=call.box.sealer.seal(key, sealed.TIME_KEY, call.state.settings.master_key))
    state = timekeeping.put(call.state, new)
    return Change(state, {"zone": new.zone or None, "servers": list(new.servers), "key_configured": bool(new.key)})


@command(needs=Permission.VIEW)
def get_time(call: Call) -> Shown:
    """Show the time, the time zone, the time servers (NTP), and how well the clock is kept.

    kept_by is the program that asks the servers, chrony or systemd-timesyncd: none unless one runs.
    """
    return Shown(timekeeping.facts(call.state, iso(call.box.clock.now()), call.box.network.clock()))
