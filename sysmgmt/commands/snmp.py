"""SNMP: the box is watched, and notifies (R023, R153, R236-R240). boxmgmtd does both."""

from typing import Any

from sysmgmt.commands.snmp_words import (
    AuthenticationPassphrase, Community, Destination, InsecureSnmp, KnownSnmpUser, NotifyingUser, PrivacyPassphrase,
    Receivers, SnmpAddress, SnmpAgent, SnmpNotification, SnmpPort, SnmpUserName, SnmpVersion)
from sysmgmt.domain import delivery, snmp
from sysmgmt.domain.model import State, named
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import snmp_notifications
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SYSTEM_CONFIGURATION)
def config_snmp(call: Call, agent: SnmpAgent | None = None, receivers: Receivers | None = None,
                user: NotifyingUser | None = None, notification: SnmpNotification | None = None,
                port: SnmpPort | None = None, address: SnmpAddress | None = None, version: SnmpVersion | None = None,
                community: Community | None = None, insecure: InsecureSnmp = False) -> Change:
    """Set up who may ask the box by SNMP, and whom it notifies of events; what is not named stays as it is.

    Nothing is answered and nobody notified unless this command says so; where SNMP is disabled it stays so
    until enable_snmp. Add an SNMP user with add_snmp_user first. With agent=yes the SNMP users may ask at
    the port, UDP 161 unless given. Receivers are notified as one of them (user=), from the next event on:
    nms.example.com:1162:warning:security of warnings and worse of the topic security, nms.example.com of
    all events of scope normal and root_cause, at port 162.

    An inform is confirmed by its receiver; what is not waits, in order, and is sent again, so that one
    may come twice: its number shows that. Nobody confirms a trap: it counts as sent whether it
    arrives or not. version=2c has the agent answer SNMPv1 and v2c too, to whoever knows the community,
    and sends notifications that way, all in clear text: it needs insecure=yes, and version=3 ends it.
    """
    given = {"agent": agent, "receivers": receivers, "user": user, "notification": notification, "port": port,
             "address": address, "version": version}
    if version is not None:
        snmp.check_version(call.state.settings, version, insecure)
    new = snmp.settings(call.state)._replace(**named(given))
    new = snmp_notifications.with_community(call, new, community)
    state = snmp.configure(call.state, new, delivery.last(call.box.events.newest()))
    return Change(state, _shown(call, state), snmp.warnings(state))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def enable_snmp(call: Call) -> Change:
    """Speak SNMP again as it was set up, after disable_snmp; what happened meanwhile is not told of.

    The first time config_snmp sets it up, and it speaks at once.
    """
    return Change(snmp.switch(call.state, True, delivery.last(call.box.events.newest())))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def disable_snmp(call: Call) -> Change:
    """Answer nobody and notify nobody, and keep the settings and the SNMP users."""
    return Change(snmp.switch(call.state, False, 0))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def get_snmp_settings(call: Call) -> Shown:
    """Show how SNMP is set up, the SNMP users, what waits for each receiver and why it was not sent."""
    return Shown(_shown(call, call.state))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def test_snmp(call: Call, receiver: Destination) -> Act:
    """Send a test notification now, as configured, and show each step with its time.

    The steps are: the name of the receiver is known, the notification is accepted (an inform) or sent
    (a trap, which nobody confirms). Where one fails, what to do about it is said.
    """
    told = (snmp_notifications.UNCONFIRMED,) if snmp.settings(call.state).notification == snmp.TRAP else ()
    return Act(lambda: snmp_notifications.test(call, receiver), told)


@command(needs=Permission.SYSTEM_CONFIGURATION)
def add_snmp_user(call: Call, name: SnmpUserName, password: AuthenticationPassphrase,
                  privacy_password: PrivacyPassphrase) -> Change:
    """Add an SNMP user, or give one other passphrases.

    Users are of SNMPv3: authenticated with SHA-256, encrypted with AES-128, and nothing weaker. The
    box keeps the keys that are made of the passphrases, sealed. A user may read what the manual page
    boxmgmtd(8) lists, and change nothing; he is no user of the box.
    """
    state = snmp.with_user(call.state, snmp_notifications.sealed_user(call, name, password, privacy_password))
    return Change(state, _shown(call, state))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def remove_snmp_user(call: Call, name: KnownSnmpUser) -> Change:
    """Remove an SNMP user; the one as whom the box notifies has to be another one before."""
    return Change(snmp.without_user(call.state, name))


@command(needs=Permission.VIEW)
def get_snmp_mib(call: Call) -> Change:
    """Write the MIB: the file with which a receiver or a browser of MIBs reads what the box tells.

    On another machine: ssh USER@BOX get_snmp_mib > BOXMGMT-MIB.txt. It imports modules of the standards
    (SNMPv2-SMI, SNMPv2-TC, SNMPv2-CONF, SNMP-FRAMEWORK-MIB), which come with the receiver.
    """
    return Change(call.state, download=call.box.notifier.module())


def _shown(call: Call, state: State) -> dict[str, Any]:
    return {"snmp": snmp_notifications.settings(call.box, state)}
