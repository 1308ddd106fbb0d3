"""Every command, in the order of the manual."""

from sysmgmt.commands import (
    accounts, appliance, audit, backups, box, certificates, collections, diagnostics, keys, ldap, logs, mail, network,
    own, partners, roles, security, session, snmp, support, syslog, time, tls, truststore, updates, uploads, web)

CHAPTERS = (
    ("Your session", session.COMMANDS),
    ("Users", accounts.COMMANDS),
    ("SSH keys and sessions", keys.COMMANDS),
    ("Roles and consistency groups", roles.COMMANDS),
    ("LDAP", ldap.COMMANDS),
    ("Security", security.COMMANDS),
    ("TLS and the web server", (*tls.COMMANDS, *web.COMMANDS)),
    ("Certificates", certificates.COMMANDS),
    ("Truststore", truststore.COMMANDS),
    ("The cluster and its partners", partners.COMMANDS),
    ("The box", box.COMMANDS),
    ("The appliance", appliance.COMMANDS),
    ("Software", updates.COMMANDS),
    ("Settings backup", backups.COMMANDS),
    ("Diagnostics", diagnostics.COMMANDS),
    ("Network and time", (*network.COMMANDS, *time.COMMANDS)),
    ("Events and audit", (*logs.COMMANDS, *audit.COMMANDS)),
    ("System info", (*collections.COMMANDS, *uploads.COMMANDS)),
    ("Notification", (*mail.COMMANDS, *syslog.COMMANDS, *snmp.COMMANDS)),
    ("Advanced support", support.COMMANDS),
)
"""The chapters of the manual with their commands."""

CATALOG = tuple(one for _, commands in CHAPTERS for one in commands) + own.COMMANDS
