"""What the manual page of boxmgmtd says of SNMP. A text."""

SNMP = """
The box answers nobody and notifies nobody by SNMP until config_snmp says so. The Debian packages
snmpd (the agent) and snmp (notifications) have to be there; the commands say what is missing. The
agent needs a boxmgmtd that is deployed: without it the setting is kept, and no agent runs.

The agent. With agent=yes snmpd runs, as the user Debian-snmp, and listens at UDP port 161 unless
config_snmp says otherwise; the firewall of the machine has to let nobody but the management stations
come to it. It answers the users of add_snmp_user with SNMPv3, authenticated with SHA-256 and encrypted
with AES-128: MD5, SHA-1, DES and requests without encryption are refused, and nothing can be set. They
read MIB-II (1.3.6.1.2.1) without the processes and the installed programs of the machine, and the
objects of BOXMGMT-MIB: name, version, status, users, sessions, the anchor of the audit, the last
event, and the conditions that hold. They are at most five seconds old; boxStatus is unknown(3) where
boxmgmtd has not run for half a minute. get_snmp_mib writes that file; it lies in share/snmp/mibs of
the installation, too. SNMP over TLS is not offered, since Debian's Net-SNMP has no newer TLS there
than 1.0; nor is there a check against revocation lists, or SNMP over SSH.

A command that changes the agent ends and starts it, and answers when the agent answers; where it does
not, everything is as it was before. A deployment stops an snmpd that runs; after --remove it comes
back with the next start of the machine.

Notifications. Every event that a receiver wants is sent to it as boxHappened, or boxIsOver where it
tells that something is over; test_snmp sends a boxTest. An inform counts once the receiver has
confirmed it, and what is not confirmed waits: it is sent again in its order, after 5 seconds at first and
5 minutes at most. So one may come twice, with the same boxEventNumber. Nobody confirms a trap. Each
stays below 6 KB.

The receiver needs the same user with the same two passphrases. For informs it is asked for its
engine id; for traps it has to know that of the box, the trap engine ID of get_snmp_settings. In
snmptrapd.conf(5):

    createUser NAME SHA-256 PASSPHRASE AES PRIVACY
    createUser -e 0xTRAP-ENGINE-ID NAME SHA-256 PASSPHRASE AES PRIVACY
    authUser log NAME authpriv

PRIVACY is the second passphrase.

A trap carries the time of the box, and a receiver refuses what seems to come from the past: after the
clock was set back, traps are lost until it has caught up. Informs are not.

Secrets. The passphrases are kept nowhere. The keys that are made of them are sealed in the state. For
snmpd they are bound to the engine of the box, with which they are worth nothing at other machines, and
stand in /etc/boxmgmt/snmp/snmpd.conf (root alone reads it) and in /var/lib/snmp/snmpd.conf (only
snmpd); old ones are taken out of that before each start of it. While a notification is sent, the keys
of its user stand in a file in memory that root alone reads; one that a crash leaves there goes with
the next notification.

SNMPv1 and SNMPv2c are spoken only after config_snmp version=2c community=- insecure=yes, which is an
event and in the audit, and not after version=3 any more. The community stands in snmpd.conf then, and
in every message, for all to read.
"""
