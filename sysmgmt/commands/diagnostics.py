"""Diagnostics: the ports of the guide's tables, names, routes, what listens, hardening (R150-R211, R250)."""

from functools import partial

from sysmgmt.commands.diagnostic_words import (
    RECEIVE, SEND, AnyPort, AwaitSeconds, Direction, EchoCount, Host, MeasureSeconds, NameServer, PortRow, PortTable,
    Protocol)
from sysmgmt.domain import diagnostics, probes
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.probes import Wish
from sysmgmt.engine import exploring
from sysmgmt.engine.declaration import Act, Call, Shown, command


@command(needs=Permission.BOXMGMT)
def test_connectivity(call: Call, table: PortTable = "", row: PortRow = "", host: Host = "", port: AnyPort = 0,
                      protocol: Protocol = "") -> Act:
    """Test whether the ports that the box needs can be reached, and tell what does not work if they cannot.

    The tables are data (8), external (9), inter_cluster (10) and intra_cluster (11); a row is written
    as 9.5, the fifth of Table 9. Without host those rows are tested for which the settings name hosts:
    name servers, time servers, mail server, syslog servers, directory, upload targets, vCenters,
    partners. With host all of them are tested there; host=H port=P tests that one port.

    A port is open, closed (the host says so) or filtered (nothing answers), or the name of the host
    is not resolved. Of a UDP port that keeps silent nobody can tell whether it is open: it is
    open_or_filtered. interface is the one that the table means; where set_network has given it a
    device, the test goes through that one. source is the address of the box that was used. The
    command fails if a port is closed, filtered, or its host not resolved.
    """
    plan = probes.plan(call.state, Wish(table, row, host, port, protocol))
    return Act(partial(exploring.connectivity, call, plan), judge=probes.judged)


@command(needs=Permission.BOXMGMT)
def test_name(call: Call, name: Host, server: NameServer = "") -> Act:
    """Look a name or an address up: as the box resolves it, and what each of its name servers says.

    With server= only that one is asked. The command fails if the box, or that server, does not
    resolve it.
    """
    return Act(lambda: call.box.explorer.look_up(name, server).facts(), judge=partial(diagnostics.name_judged, server))


@command(needs=Permission.BOXMGMT)
def test_route(call: Call, host: Host) -> Act:
    """Show which way the box sends to a host: interface, gateway, and the machines on the way that answer.

    It takes six seconds at most, and looks thirty hops far. Many machines do not answer: a way that ends before
    the host is no failure (see test_reachability).
    """
    return Act(lambda: call.box.explorer.path(host).facts())


@command(needs=Permission.BOXMGMT)
def test_reachability(call: Call, host: Host, count: EchoCount = 4) -> Act:
    """Send echo requests (ICMP) to a host, and find out how long a packet may be on the way.

    mtu is the length in bytes of the longest packet that is answered without being cut in pieces. The
    command fails if none is answered.
    """
    return Act(partial(exploring.reachability, call, host, count), judge=diagnostics.echoes_judged)


@command(needs=Permission.BOXMGMT)
def measure_throughput(call: Call, host: Host, seconds: MeasureSeconds = 5, direction: Direction = SEND) -> Act:
    """Measure how much goes through to another box, or with direction=receive from it, by iperf3.

    The other box waits for it: run await_throughput there first. Port 5001 has to be open (row 10.3).
    """
    return Act(lambda: call.box.explorer.measure(host, seconds, direction == RECEIVE).facts())


@command(needs=Permission.BOXMGMT)
def await_throughput(call: Call, seconds: AwaitSeconds = 60) -> Act:
    """Wait for another box to measure the throughput to this one, once (see measure_throughput).

    Whoever reaches port 5001 of the box may be the one who measures; whatever it says, iperf3 has 512 MB of memory
    at most. The command fails if nobody came.
    """
    return Act(partial(exploring.awaited, call, seconds), judge=diagnostics.measurement_judged)


@command(needs=Permission.BOXMGMT)
def get_listening_ports(call: Call) -> Shown:
    """List what listens on the machine, and compare it with what the box serves.

    expected is what belongs to the box, local what only the machine itself reaches; everything else
    is unexpected. missing is what should listen and does not. rows are those of the tables of ports
    by which others connect to that port.
    """
    return Shown(exploring.listening(call))


@command(needs=Permission.SECURITY)
def get_hardening_status(call: Call) -> Shown:
    """Check whether the box is hardened: the six steps of a secure deployment, and what belongs to them.

    Each check is good, bad, or wants attention; by_hand is what no box can see of itself. fix is the
    command that helps; where the machine does not follow the box, its owner deploys boxmgmtd first.
    """
    return Shown(exploring.hardened(call))
