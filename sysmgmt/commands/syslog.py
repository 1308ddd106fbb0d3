"""Syslog: events and audit records, sent to other machines (R024, R025). boxmgmtd sends them."""

from sysmgmt.commands.place_words import Server
from sysmgmt.commands.syslog_words import ClientCertificate, Insecure, SyslogNumber, SyslogPort, SyslogProtocol, What
from sysmgmt.domain import certificates, syslog
from sysmgmt.domain.errors import ClearText
from sysmgmt.domain.model import SyslogServer
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import syslogging
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SYSTEM_CONFIGURATION)
def config_syslog(call: Call, server: Server, protocol: SyslogProtocol = syslog.TLS, port: SyslogPort | None = None,
                  what: What = "both", client_certificate: ClientCertificate = False, number: SyslogNumber = "1",
                  insecure: Insecure = False) -> Change:
    """Send events, audit records or both to a syslog server, from the next one on.

    There may be two servers: number says which one is meant. Messages have the form of RFC 5424,
    with everything that get_events_log and get_audit_log show as structured data, and go over TLS
    (RFC 5425). The server must be trusted for the purpose syslog; with client_certificate=yes the
    box shows it its system certificate. tcp and udp send in clear text: they need insecure=yes.

    What a server does not take waits, in order, and is sent when it takes it again. A message that
    may have been lost with a connection is sent again: its number shows that it came twice.
    """
    new = SyslogServer(number, server, port or syslog.PROTOCOLS[protocol], protocol, what, client_certificate)
    if client_certificate:
        certificates.identity(call.state, certificates.SYSTEM)
    state = syslog.configure(call.state, new, syslogging.newest(call.box), insecure)
    told = () if protocol == syslog.TLS else (str(ClearText(protocol=protocol)),)
    return Change(state, syslogging.settings(call.box, state), told)


@command(needs=Permission.SYSTEM_CONFIGURATION)
def enable_syslog(call: Call, number: SyslogNumber = "1") -> Change:
    """Send to a syslog server again; what happened while it was disabled is not sent."""
    return Change(syslog.switch(call.state, number, True, syslogging.newest(call.box)))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def disable_syslog(call: Call, number: SyslogNumber = "1") -> Change:
    """Send nothing to a syslog server, and keep its settings."""
    return Change(syslog.switch(call.state, number, False, (0, 0)))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def get_syslog_settings(call: Call) -> Shown:
    """Show the syslog servers, what waits for each of them and why it was not sent."""
    return Shown(syslogging.settings(call.box, call.state))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def test_syslog(call: Call, number: SyslogNumber = "1") -> Act:
    """Send a message to a syslog server now, and show each step with its time.

    The steps are: its name is known, the port is open, TLS is spoken and both trust each other, the
    message is taken. Where one fails, what to do about it is said.
    """
    server = syslog.server(call.state, number)
    return Act(lambda: syslogging.test(call, server))
