"""Syslog: events and audit records, sent to other machines (R024, R025). boxmgmtd sends them."""

from sysmgmt.commands.place_words import Server
from sysmgmt.commands.syslog_words import (
    ClientCertificate, Insecure, KnownSyslogNumber, SyslogNumber, SyslogPort, SyslogProtocol, What)
from sysmgmt.domain import certificates, syslog
from sysmgmt.domain.errors import ClearText
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import syslogging
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SYSTEM_CONFIGURATION)
def config_syslog(call: Call, server: Server | None = None, protocol: SyslogProtocol | None = None,
                  port: SyslogPort | None = None, what: What | None = None,
                  client_certificate: ClientCertificate | None = None, number: SyslogNumber = "1",
                  insecure: Insecure = False) -> Change:
    """Send events, audit records or both to a syslog server, from the next one on.

    There may be two servers: number says which one is meant. The first time server has to be named, and
    both are sent over tls unless something else is said; later what is not named stays as it is, also
    that the server is disabled. Another protocol has its usual port unless one is named.

    Messages have the form of RFC 5424, with everything that get_events_log and get_audit_log show as
    structured data, and go over TLS (RFC 5425). The server must be trusted for the purpose syslog; with
    client_certificate=yes the box shows it its system certificate. tcp and udp send in clear text: they
    need insecure=yes. Where audit records are sent, or were until now, this takes the permission audit or
    security besides.

    What a server does not take waits, in order, and is sent when it takes it again. A message that
    may have been lost with a connection is sent again: its number shows that it came twice. A server that
    talks without end is hung up on: syslog has no answers.
    """
    new = syslog.wanted(call.state, number, syslog.Wish(server, protocol, port, what, client_certificate))
    syslogging.check_audience(call, "config_syslog", new)
    if client_certificate:
        certificates.identity(call.state, certificates.SYSTEM)
    state = syslog.configure(call.state, new, syslogging.newest(call.box), insecure)
    told = () if new.protocol == syslog.TLS else (str(ClearText(protocol=new.protocol)),)
    return Change(state, syslogging.settings(call.box, state),
                  (*told, *syslogging.warnings(call.box, call.state, new)))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def enable_syslog(call: Call, number: SyslogNumber = "1") -> Change:
    """Send to a syslog server again; what happened while it was disabled is not sent.

    Where audit records are sent this takes the permission audit or security besides.
    """
    syslogging.check_audience(call, "enable_syslog", syslog.server(call.state, number))
    return Change(syslog.switch(call.state, number, True, syslogging.newest(call.box)))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def disable_syslog(call: Call, number: SyslogNumber = "1") -> Change:
    """Send nothing to a syslog server, also nothing that waits, and keep its settings.

    Where audit records are sent this takes the permission audit or security besides.
    """
    syslogging.check_audience(call, "disable_syslog", syslog.server(call.state, number))
    state = syslog.switch(call.state, number, False, (0, 0))
    return Change(state, warnings=syslogging.warnings(call.box, call.state, syslog.server(state, number)))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def remove_syslog(call: Call, number: KnownSyslogNumber) -> Change:
    """Remove a syslog server with its settings; what waits for it is not sent.

    Where audit records are sent this takes the permission audit or security besides.
    """
    old = syslog.server(call.state, number)
    syslogging.check_audience(call, "remove_syslog", old)
    return Change(syslog.without(call.state, number), {"number": int(number), "server": old.server},
                  syslogging.losses(call.box, old, None))


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
