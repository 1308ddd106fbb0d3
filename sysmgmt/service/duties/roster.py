"""All that boxmgmtd does by itself, as long as it runs."""

from typing import NamedTuple

from sysmgmt.service.deployment import machine
from sysmgmt.service.duties import (
    audit, backups, collections, erasure, health, ldap_groups, ldap_servers, mail, partners, renewals, self_test,
    sessions, snmp_facts, snmp_receivers, syslog, tls, unconfirmed)
from sysmgmt.service.duties.duty import Duty
from sysmgmt.service.partners import PartnerService
from sysmgmt.service.presence import Presence


class Begun(NamedTuple):
    """A boxmgmtd that owns the state in `folder` and serves `socket`.

    `left_over` is the change that nobody had confirmed when it began.
    """

    folder: str
    socket: str
    presence: Presence
    guests: PartnerService
    left_over: str
    is_deployed: bool


def duties(begun: Begun) -> tuple[Duty, ...]:
    """The duties of a boxmgmtd; a deployed one has more."""
    always = (*sessions.duties(begun.presence), *health.duties(begun.folder), *audit.DUTIES, *renewals.DUTIES,
              *mail.duties(), *syslog.duties(), *snmp_receivers.duties(), *partners.duties(), *ldap_servers.duties(),
              *ldap_groups.duties(), *tls.DUTIES, *collections.DUTIES, *backups.duties(), *erasure.duties(begun.folder),
              *self_test.DUTIES, unconfirmed.duty(begun.left_over), begun.guests.duty)
    return (*always, *machine.DUTIES, *snmp_facts.duties(begun.socket)) if begun.is_deployed else always
