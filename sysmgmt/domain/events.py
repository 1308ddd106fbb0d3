"""Events: what the box tells people and receivers of itself (R020), derived from what changed.

No command raises an event. What happened follows from the difference between the state before and
after, and from the refusal of a command that says that something is wrong with the box.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import partners, sessions
from sysmgmt.domain.certificates import CLUSTER, ROOT
from sysmgmt.domain.changes import LOGIN_FIELDS, Difference
from sysmgmt.domain.errors import (
    AuditDamaged, InternalError, Refusal, ServiceRefused, StateDamaged, StorageFailed, StorageFull, StorageUncertain)
from sysmgmt.domain.event_kinds import NAMED, NO_ACTION, NUMBERED, Kind
from sysmgmt.domain.lockout import BY_ATTEMPTS, BY_COMMAND, BY_DISUSE, BY_END
from sysmgmt.domain.model import Session, SshKey, State
from sysmgmt.domain.root_access import WHERE
from sysmgmt.domain.times import iso

OF_REFUSAL: dict[type[Refusal], str] = {
    StateDamaged: "StateUnreadable", AuditDamaged: "AuditDamaged",
    StorageFull: "StorageRefused", StorageFailed: "StorageRefused",
    StorageUncertain: "StorageRefused",
    ServiceRefused: "ServiceRefused", InternalError: "InternalError"}
"""Refusals that say that something is wrong with the box, and the events they are."""
QUIET = frozenset({"name", "uid", "own_change_at", "password", "password_history", "password_changed_at",
                   "must_change_password", "locked_by", "locked_since", "enabled_at"}) | LOGIN_FIELDS
"""Fields of an account that make no UserChanged: a name, a login, a lock, a password tell of themselves."""
INTERNAL_SETTINGS = frozenset({"pending", "returned", "uids", "hashing", "box_id", "installed_version", "host_keys",
                               "host_keys_at", "master_key", "audit_seeds", "audit_kept", "audit_exported",
                               "audit_handed_out", "communication.isolated", "communication.level"})
"""What nobody sets, or what tells of itself: it makes no SettingsChanged."""


class Event(NamedTuple):
    """Something that happened: its kind, whom or what it is about, and the particulars."""

    kind: Kind
    subject: str = ""
    details: str = ""

    def facts(self) -> dict[str, Any]:
        """The event as it is stored and shown."""
        kind = self.kind
        return {"id": kind.id, "name": kind.name, "level": kind.level, "scope": kind.scope, "topic": kind.topic,
                "form": "cleared" if kind.id in _CLEARING else "lasting" if kind.cleared else "transient",
                "summary": kind.summary.format(**self._asdict()), "details": self.details or None,
                "action": kind.action.format(subject=self.subject) or NO_ACTION}


_CLEARING = frozenset(one.cleared for one in NUMBERED.values() if one.cleared)


def of(differences: Iterable[Difference], new: State) -> list[Event]:
    """What happened on the way to the state `new`."""
    by_value: dict[tuple[str, str], list[Difference]] = {}
    for one in differences:
        by_value.setdefault((one.table, one.key), []).append(one)
    return [event for (table, _), found in by_value.items() if table in TELLS
            for event in TELLS[table](found, new)]


def of_refusal(refusal: Refusal, changes: bool = True) -> list[Event]:
    """The event that a refusal is; none where it says something about the request only.

    What is wrong with the state, the storage, the audit or the program is wrong whoever finds it. That a service
    refused is an event where something was to be changed, and nothing was only read or tried; and where it names
    the service: a box that does not govern what it is asked for, or has no such service, says just that.
    """
    if isinstance(refusal, ServiceRefused) and not (changes and "service" in refusal.facts):
        return []
    name = OF_REFUSAL.get(type(refusal))
    return [Event(NAMED[name], "", str(refusal))] if name else []


def _of_account(found: list[Difference], state: State) -> Iterator[Event]:
    name = found[0].key
    if not found[0].field:
        yield Event(NAMED["UserAdded" if found[0].before is None else "UserRemoved"], name)
        return
    fields = {one.field: one for one in found}
    if "name" in fields:
        yield Event(NAMED["UserRenamed"], fields["name"].before, name)
    if "locked_by" in fields:
        locked = {BY_COMMAND: "UserLocked", BY_ATTEMPTS: "AccountLocked", BY_DISUSE: "AccountShut",
                  BY_END: "AccountShut"}
        yield Event(NAMED[locked.get(fields["locked_by"].after, "UserUnlocked")], name)
    if "failed_logins" in fields and fields["failed_logins"].after > fields["failed_logins"].before:
        yield Event(NAMED["LoginFailed"], name)
    if "password_changed_at" in fields:
        yield Event(NAMED["PasswordChanged"], name)
    if rest := [one for one in found if one.field not in QUIET]:
        yield Event(NAMED["UserChanged"], name, _listed(rest))


def _of_settings(found: list[Difference], state: State) -> Iterator[Event]:
    if any(one.field == "installed_at" for one in found):
        yield Event(NAMED["BoxInstalled"])
        return
    if root := [one for one in found if one.field.startswith("root_access.")]:
        yield from _of_root_access(root, state)
    if any(one.field == "master_key" for one in found):
        yield Event(NAMED["KeysRegenerated"])
    if any(one.field == "host_keys" for one in found):
        yield Event(NAMED["HostKeysChanged"])
    yield from _of_communication({one.field: one for one in found}, state)
    reach = [one for one in found if one.field.startswith("reach.")]
    if reach and any(one.field == "pending" and one.after is None for one in found):
        yield Event(NAMED["ChangeReturned"], "", _listed(reach))
        root += reach
    if rest := [one for one in found if one not in root and not _is_internal(one.field)]:
        yield Event(NAMED["SettingsChanged"], "", _listed(rest))


def _is_internal(field: str) -> bool:
    return field in INTERNAL_SETTINGS or field.partition(".")[0] in INTERNAL_SETTINGS


def _of_root_access(found: list[Difference], state: State) -> Iterator[Event]:
    access = state.settings.root_access
    if access.where:
        yield Event(NAMED["RootAccessOpened"], "", f"{WHERE[access.where]}, until {iso(access.until)}")
    elif any(one.field == "root_access.where" for one in found):
        yield Event(NAMED["RootAccessOpenedCleared"])


def _of_receiver(found: list[Difference], state: State) -> Iterator[Event]:
    if rest := [one for one in found if not one.field.startswith("after")]:
        yield Event(NAMED["SettingsChanged"], "", _listed(rest))


def _of_blocklist(found: list[Difference], state: State) -> Iterator[Event]:
    yield Event(NAMED["SettingsChanged"], "", "the list of passwords that are too common")


def _of_communication(found: Mapping[str, Difference], state: State) -> Iterator[Event]:
    communication = state.settings.communication
    if "communication.isolated" in found:
        yield Event(NAMED["ClusterIsolated" if communication.isolated else "ClusterIsolatedCleared"])
    if "communication.level" in found:
        unprotected = communication.level == partners.NONE
        yield Event(NAMED["CommunicationUnprotected" if unprotected else "CommunicationUnprotectedCleared"])


def _of_partner(found: list[Difference], state: State) -> Iterator[Event]:
    told = [one for one in found if one.field != "certificate.pem"]
    yield Event(NAMED["PartnerChanged"], found[0].key, _listed(told))


def _of_identity(found: list[Difference], state: State) -> Iterator[Event]:
    told = {CLUSTER: "ClusterCertificateChanged", ROOT: "RootCertificateChanged"}.get(found[0].key)
    one = state.identities.get(found[0].key)
    if told and found[0].field and one is not None:
        yield Event(NAMED[told], "", one.certificates[0].fingerprint)


def _of_trust(found: list[Difference], state: State) -> Iterator[Event]:
    told = [one for one in found if one.field not in {"pem", "added_by", "added_at"}]
    yield Event(NAMED["TruststoreChanged"], found[0].key, _listed(told))


def _of_role(found: list[Difference], state: State) -> Iterator[Event]:
    yield Event(NAMED["RoleChanged"], found[0].key, _listed(found))


def _of_group(found: list[Difference], state: State) -> Iterator[Event]:
    yield Event(NAMED["GroupChanged"], found[0].key, _listed(found))


def _of_key(found: list[Difference], state: State) -> Iterator[Event]:
    key = found[0].after or found[0].before
    if not found[0].field and isinstance(key, SshKey):
        verb = "removed" if found[0].after is None else "added"
        yield Event(NAMED["SshKeysChanged"], key.user, f"{key.fingerprint} was {verb}")


def _of_session(found: list[Difference], state: State) -> Iterator[Event]:
    opened = found[0].after
    if found[0].field or not isinstance(opened, Session):
        return
    others = sorted({one.origin for one in sessions.of(state, opened.user)
                     if sessions.place(one) != sessions.place(opened)})
    if others:
        yield Event(NAMED["SecondOrigin"], opened.user, f"{opened.origin}, besides {', '.join(others)}")


def _of_condition(found: list[Difference], state: State) -> Iterator[Event]:
    one = found[0].after or found[0].before
    if not found[0].field:
        kind = NAMED[one.kind]
        yield Event(kind if found[0].after else NUMBERED[kind.cleared], one.subject, one.details)


def _listed(found: list[Difference]) -> str:
    return "; ".join(f"{one.field}: {str(one).partition(': ')[2]}" if one.field else str(one) for one in found)


TELLS = {
    "accounts": _of_account, "settings": _of_settings, "roles": _of_role, "groups": _of_group, "ssh_keys": _of_key,
    "sessions": _of_session, "conditions": _of_condition, "mail": _of_receiver, "syslog": _of_receiver,
    "blocklists": _of_blocklist, "snmp": _of_receiver, "snmp_users": _of_receiver, "directories": _of_receiver,
    "partners": _of_partner, "identities": _of_identity, "upload_targets": _of_receiver,
    "trusted_certificates": _of_trust, "revocation_lists": _of_trust, "backup_schedules": _of_receiver,
    "vcenters": _of_receiver}
"""What the changes of each table tell."""
SILENT = frozenset({"signing_requests", "download_links", "directory_uids"})
"""Tables that tell nothing: what waits and is in force nowhere, and the numbers of users."""
