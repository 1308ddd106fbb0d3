"""What of a backup is let in: nothing that no command would have stored.

Whoever knows the password of a backup can write into it what he likes, and files of root are made of it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product
from typing import Any

from sysmgmt.domain import (
    accounts, backup_schedules, backups, blocklist, bounds, certificates, directory, firewall, lockout, mail, notation,
    partners, security, snmp, syslog, timekeeping, tls, uploads)
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.levels import LEVELS, is_affordable
from sysmgmt.domain.model import (
    ADMIN, LDAP_GROUP, LDAP_USER, LOCAL, TYPES, Account, Cost, Settings, State, audit_policy)
from sysmgmt.domain.names import canonical, fits
from sysmgmt.domain.records import Records, leaves
from sysmgmt.domain.roles import ADMINISTRATOR, PREDEFINED

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ON_LINES = frozenset({"pem", "key", "banner"})
"""Fields that have lines."""
_ENDPOINT = re.compile(r"[A-Za-z0-9._:%\[\]-]{0,260}")
_ENDPOINTS = frozenset({"server", "secondary_server", "address"})
_HEXADECIMAL = re.compile("[0-9a-f]+")
_HASH = re.compile(r"\$argon2id\$v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,9})"
                   r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{43,86}")
LONGEST_ID = 64
"""Characters of the id of a box, which its partners and syslog servers are told."""
_ITEM = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_CHOICES: Mapping[str, Mapping[str, Collection[str]]] = {
    "accounts": {"type": TYPES, "locked_by": {"", *lockout.KINDS}},
    "backup_schedules": {"interval": backup_schedules.INTERVALS},
    "directories": {"protocol": directory.PROTOCOLS},
    "identities": {"origin": (certificates.INTERNAL, certificates.EXTERNAL)},
    "mail": {"protocol": mail.PROTOCOLS, "digest": mail.DIGESTS},
    "snmp": {"version": snmp.VERSIONS, "notification": snmp.NOTIFICATIONS},
    "syslog": {"protocol": syslog.PROTOCOLS, "what": syslog.WHAT},
    "upload_targets": {"protocol": uploads.PROTOCOLS}}
"""By table, the fields that hold one of a few words."""
_KEYS: Mapping[str, Collection[str]] = {
    "blocklists": (blocklist.NAME,), "directories": (directory.NAME,), "mail": (mail.NAME,), "snmp": (snmp.NAME,),
    "syslog": syslog.NUMBERS}
"""The tables whose entries have fixed names."""


def check(content: State) -> None:
    """Raise InvalidValue for what no command would have stored; no secret of the content is sealed."""
    for field, value in content._asdict().items():
        for place, one in leaves(value, field):
            _check_value(place, one)
    for field in bounds.overstepped(content):
        raise InvalidValue(what=f"The file has a number out of bounds ({field})")
    _check_names(content)
    _check_settings(content.settings)
    _check_attachment(content.settings)
    _check_tables(content)


def _check_value(field: str, value: Any) -> None:
    if isinstance(value, str):
        _demand(len(value) <= bounds.LONGEST_TEXT, f"a {field} that is too long")
        text = re.sub("[\t\r\n]", "", value) if field in _ON_LINES else value
        _demand(not _CONTROLS.search(text), f"a {field} with control characters")
        _demand(field not in _ENDPOINTS or _ENDPOINT.fullmatch(value), f"a {field} where nothing can be")


def _check_names(content: State) -> None:
    """Roles, users, groups and the box are called as a command would let them be, and nothing has two names."""
    for table in content:
        records = table.items() if isinstance(table, Records) else ()
        _demand(all(key == one[0] for key, one in records), "an entry that says another name of itself")
    _demand(all(map(accounts.is_well_named, content.accounts.values())), "a user whose name no user may have")
    for kind, names in (("role", content.roles), ("group", content.groups), ("partner", content.partners),
                        ("target", content.upload_targets), ("certificate", content.trusted_certificates)):
        _demand(all(fits(one) and canonical(one) == one for one in names), f"a {kind} whose name no {kind} may have")
    _demand(not set(content.roles) & set(PREDEFINED), "a role with the name of a predefined one")
    _demand("all" not in content.groups, "a group whose name stands for all groups")
    _demand(not content.settings.name or fits(content.settings.name), "a name that no box may have")
    _demand(all(map(fits, content.snmp_users)), "an SNMP user whose name no SNMP user may have")
    for kind, known in _KEYS.items():
        _demand(set(getattr(content, kind)) <= set(known), f"an entry in {kind} that no command reaches")
    _demand(all(map(_ITEM.fullmatch, content.backup_schedules)), "a schedule whose name no schedule may have")


def _check_settings(one: Settings) -> None:
    _demand(len(one.banner) <= security.LONGEST_BANNER, "a banner that is too long")
    _demand(len(one.box_id) <= LONGEST_ID, "an id of the box that is too long")
    _demand(one.reach.web_certificate in ("", *certificates.WEB), "a web certificate that is for something else")
    _demand(one.level in LEVELS, "a security level that this release does not know")
    _demand(one.reach.tls_minimum in tls.VERSIONS, "a version of TLS that this release does not know")
    _demand(one.communication.level in partners.LEVELS, "a level of communication that this release does not know")
    _demand(one.audit.rotation in audit_policy.ROTATIONS and one.audit.remove in audit_policy.REMOVALS,
            "a policy of the audit that this release does not know")


def _check_attachment(settings: Settings) -> None:
    """The firewall, the name servers and the time: root's programs read them as they are."""
    wall, clock = settings.reach.firewall, settings.time
    for door in firewall.DOORS:
        if firewall.admitted(wall, door) != firewall.NOBODY:
            _each(notation.network, firewall.admitted(wall, door))
    _each(notation.opening, wall.opened)
    _each(notation.address, settings.reach.name_servers)
    _each(notation.time_server, clock.servers)
    _each(notation.zone, filter(None, (clock.zone,)))
    _each(notation.time_key, filter(None, (clock.key,)))
    _demand(not clock.key or clock.key_type in timekeeping.KEY_TYPES, "a type of time key that there is not")


def _check_tables(content: State) -> None:
    for table, fields in _CHOICES.items():
        for (field, allowed), one in product(fields.items(), getattr(content, table).values()):
            _demand(getattr(one, field) in allowed, f"a {field} in {table} that this release does not know")
    for account in content.accounts.values():
        _check_account(account)
        _demand(all(map(_is_hash, filter(None, (account.password, *account.password_history)))),
                "a user whose password's hash no box makes")
    for server in content.mail.values():
        mail.address(server.sender)
        mail.all_recipients(server.recipients)
    for agent in content.snmp.values():
        _each(snmp.community, filter(None, (agent.community,)))
        for receiver in agent.receivers:
            snmp.receiver(receiver)
    for user in content.snmp_users.values():
        _demand(_HEXADECIMAL.fullmatch(user.authentication) and _HEXADECIMAL.fullmatch(user.privacy),
                "an SNMP user whose key is none")
    for schedule in content.backup_schedules.values():
        _demand(schedule.items and set(schedule.items) <= set(backups.ITEMS), "a schedule of what there is not")


def _check_account(one: Account) -> None:
    """Admin is what no command changes; each kind of entry has nothing that belongs to another."""
    _demand(one.name != ADMIN or one.password and (
        (one.role, one.type, one.groups, one.ends_at) == (ADMINISTRATOR, LOCAL, None, None)),
        "an admin who is none for ever")
    _demand(one.type == LDAP_USER or not one.granted_by, "somebody by a group of the directory who is not of it")
    _demand(one.type != LOCAL or not one.directory_id, "a local user with an id of the directory")
    _demand(one.type != LDAP_GROUP or not (one.password or one.ends_at), "a group that is somebody")


def _is_hash(encoded: str) -> bool:
    """Whether a login may compute it."""
    found = _HASH.fullmatch(encoded)
    if not found:
        return False
    memory, passes, lanes = map(int, found.groups())
    return is_affordable(Cost(passes, memory, lanes))


def _each(read: Callable[[str], str], texts: Iterable[str]) -> None:
    """Raise InvalidValue unless each is written as a command would have stored it."""
    for text in texts:
        _demand(read(text) == text, "a value that no command would have stored")


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise InvalidValue(what=f"The file has {what}")
