"""All that boxmgmtd does by itself, as long as it runs."""

from sysmgmt.service.deployment import doors
from sysmgmt.service.duties import (
    audit, backups, collections, erasure, health, ldap_groups, ldap_servers, mail, partners, renewals, selftest,
    sessions, snmp_facts, snmp_receivers, syslog, tls)
from sysmgmt.service.duties.duty import Duty
from sysmgmt.service.presence import Presence


def duties(folder: str, socket: str, presence: Presence, is_deployed: bool) -> tuple[Duty, ...]:
    """The duties of a boxmgmtd that owns the state in `folder` and serves `socket`; a deployed one has more."""
    always = (*sessions.duties(presence), *health.duties(folder), *audit.DUTIES, *renewals.DUTIES, *mail.duties(),
              *syslog.duties(), *snmp_receivers.duties(), *partners.duties(), *ldap_servers.duties(),
              *ldap_groups.duties(), *tls.DUTIES, *collections.DUTIES, *backups.duties(), *erasure.duties(folder),
              *selftest.DUTIES)
    return (*always, *doors.DUTIES, *snmp_facts.duties(socket)) if is_deployed else always
