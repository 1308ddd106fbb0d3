"""What a settings backup holds, and what becomes of a box that it is restored on (C30).

What belongs to one machine stays with it: master key and audit chain, SSH host keys, users' numbers,
root access, sessions, its host name and its interfaces, and when it was installed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from sysmgmt.domain import accounts, ldap_users, lockout, roles, security, sessions, uids, web
from sysmgmt.domain.errors import InvalidValue, NotInBackup, UnknownGroup, UnknownRole
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import ADMIN, Account, Group, Settings, State
from sysmgmt.domain.names import RESERVED
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.records import Records

USERS, ROLES, SETTINGS, CERTIFICATES, KEYS = ITEMS = ("users", "roles", "settings", "certificates", "keys")
_TABLES: Mapping[str, tuple[str, ...]] = {
    USERS: ("accounts", "ssh_keys", "groups"), ROLES: ("roles",),
    CERTIFICATES: ("trusted_certificates", "revocation_lists"), KEYS: ("identities", "signing_requests")}
_OF_THE_MOMENT = ("sessions", "conditions", "download_links", "directory_uids")
_RECEIVERS = {"mail": "recipients", "snmp": "receivers"}
"""Tables of what is told of events, and the field with those who each have a number in `after`."""
_BOUND = ("installed_at", "installed_version", "hashing", "recovered_at", "uids", "master_key", "audit_seeds",
          "pending", "root_access", "host_keys", "host_keys_at", "audit_kept", "audit_exported",
          "audit_handed_out", "returned", "erasure", "host_name", "unsettled")
"""Settings that belong to one machine."""
_COUNTED = ("strikes", "pending", "console_strikes", "console_pending", "console_tried_at", "wrong_in_a_row",
            "failed_logins")
"""Fields of an account that count wrong passwords, which no difference shows: they are those of this box."""
_SECURED = ("reach", "policy", "audit", "communication", "certificate_renewal", "idle_timeout", "sessions_per_user",
            "banner", "displaced")
_SECURED_TABLES = ("syslog", "blocklists", "directories", "partners")
"""Settings that commands with the permission security change, and to whom the audit is told."""
_REPLACED = "a backup was restored"


class Wish(NamedTuple):
    """What of a backup is restored; with `administrators` also over the ones that the box has.

    `newest` are the numbers of the last event and of the last audit record of the box.
    """

    items: Collection[str]
    administrators: bool
    newest: tuple[int, int] = (0, 0)


class Restorer(NamedTuple):
    """Who restores, in which session, and when."""

    user: str
    session: str
    now: float


def tables(items: Collection[str]) -> list[str]:
    """The tables of these items. What has no other item is a setting, so that nothing is ever forgotten."""
    named = {table: item for item, found in _TABLES.items() for table in found}
    return [table for table in State._fields if isinstance(State._field_defaults[table], Records)
            and table not in _OF_THE_MOMENT and named.get(table, SETTINGS) in items]


def portable(state: State, items: Collection[str]) -> State:
    """What a backup of these items holds of a state: nothing that belongs to one machine."""
    content = State(**{table: getattr(state, table) for table in tables(items)})
    settings = Settings()
    if SETTINGS in items:
        settings = state.settings._replace(**{field: Settings._field_defaults[field] for field in _BOUND})
        settings = settings._replace(reach=settings.reach._replace(interfaces=()))
    if KEYS in items:
        shown = state.settings.reach.web_certificate
        settings = settings._replace(reach=settings.reach._replace(web_certificate=shown))
    return content._replace(
        settings=settings,
        accounts=_each(content.accounts, uid=None, pending=(), console_pending=()),
        mail=_each(content.mail, after=()), snmp=_each(content.snmp, after=()),
        syslog=_each(content.syslog, after_events=0, after_audit=0))


def _each(records: Records[Any], **fields: Any) -> Records[Any]:
    for key, one in records.items():
        records = records.put(key, one._replace(**fields))
    return records


def chosen(items: Collection[str], there: Collection[str]) -> tuple[str, ...]:
    """The items to restore: those named, or all. Raises NotInBackup."""
    missing = [one for one in items if one not in there]
    if missing:
        raise NotInBackup(there=", ".join(there), missing=", ".join(missing))
    return tuple(items or there)


def administrators(state: State) -> list[str]:
    """The users with the permission security, in alphabetical order."""
    return [one.name for one in state.accounts.values() if roles.holds(state, one, Permission.SECURITY)]


def restored(state: State, content: State, wish: Wish, by: Restorer) -> State:
    """The state in which the content of a backup is true as far as it is wished.

    Raises OwnAccount, UnknownRole, UnknownGroup, UidsExhausted, InvalidValue.
    """
    kept = frozenset() if wish.administrators else frozenset(administrators(state))
    result = _with_tables(state, content, tables([one for one in wish.items if one != USERS]))
    if ROLES in wish.items:
        result = _with_roles_of(_without_raise(result, state, wish), state, kept)
    if USERS in wish.items:
        left = withheld(state, content, wish)
        present = [name for name in left if name in state.accounts]
        content = content._replace(accounts=_without(content.accounts, left))
        result = _with_users(_with_roles_of(result, state, present), content, {*kept, *present}, wish, by)
    if SETTINGS in wish.items:
        result = _begun_anew(_with_settings(result, content), state, wish.newest)
    if KEYS in wish.items:
        result = _shown(result, content)
    _check(result)
    return web.without_unfit_hsts(result)


def reset(state: State, wholly: bool, by: Restorer) -> State:
    """The state with the settings of a new box; `wholly`: also those that need the permission security."""
    old = state.settings
    new = Settings(name=old.name, box_id=old.box_id, level=old.level, registration=old.registration)
    there, schedules = state.upload_targets, state.backup_schedules
    unused = set(there) - {one.target for one in schedules.values()}
    kept: dict[str, Any] = {"backup_schedules": schedules, "upload_targets": _without(there, unused)}
    if not wholly:
        new = new._replace(**{field: getattr(old, field) for field in _SECURED})
        kept |= {table: getattr(state, table) for table in _SECURED_TABLES}
    content = State(settings=security.fitted(new, LEVELS[new.level]))._replace(**kept)
    return ldap_users.without_another(state, restored(state, content, Wish((SETTINGS,), False), by), by.now)


def _become(old: Records[Any], new: Records[Any]) -> Records[Any]:
    """`new`, made from `old`."""
    for key in old:
        if key not in new:
            old = old.without(key)
    for key, value in new.items():
        if old.get(key) != value:
            old = old.put(key, value)
    return old


def _with_tables(old: State, new: State, names: Iterable[str]) -> State:
    made: dict[str, Any] = {table: _become(getattr(old, table), getattr(new, table)) for table in names}
    return old._replace(**made)


def onto(old: State, new: State) -> State:
    """`new`, made from `old`, so that it can be stored in its place."""
    return _with_tables(old, new, tables(ITEMS))._replace(settings=new.settings)


def withheld(state: State, content: State, wish: Wish) -> list[str]:
    """The users of a backup who would come to hold the permission security: with it they stay as they are, or away."""
    if wish.administrators or USERS not in wish.items:
        return []
    there = administrators(state)
    if ROLES in wish.items:
        result = _without_raise(_with_tables(state, content, tables([ROLES])), state, wish)
        state = _with_roles_of(result, state, there)
    return [one.name for one in content.accounts.values() if one.name not in (*there, *RESERVED)
            and roles.holds(state, one, Permission.SECURITY)]


def _without_raise(result: State, before: State, wish: Wish) -> State:
    """No role that the box has gets the permission security: that would raise whoever has it."""
    for role in before.roles.values():
        if not wish.administrators and Permission.SECURITY not in role.permissions and (
                Permission.SECURITY in roles.permissions_of(result, role.name)):
            result = result._replace(roles=result.roles.put(role.name, role))
    return result


def _without(records: Records[Any], keys: Iterable[str]) -> Records[Any]:
    for key in keys:
        records = records.without(key)
    return records


def _with_roles_of(result: State, before: State, kept: Iterable[str]) -> State:
    """The roles of users who stay as they are stay, too."""
    for name in kept:
        role = before.roles.get(accounts.find(before, name).role)
        if role is not None:
            result = result._replace(roles=result.roles.put(role.name, role))
    return result


def _with_users(state: State, content: State, kept: Collection[str], wish: Wish, by: Restorer) -> State:
    for name in state.accounts:
        if name not in content.accounts and name not in kept and name != ADMIN:
            state = accounts.remove(state, name, by.user, by.now)
    for one in content.accounts.values():
        if one.name not in kept and one.name not in RESERVED:
            state = _with_user(state, one if wish.administrators else _still_locked(state, one), by)
    keys = Records[Any]({one.id: one for one in state.ssh_keys.values() if one.user in kept})
    for key in content.ssh_keys.values():
        if key.user not in kept and key.user in state.accounts:
            keys = keys.put(key.id, key)
    groups = content.groups
    for name in kept:
        for group in accounts.find(state, name).groups or ():
            groups = groups.put(group, Group(group))
    return state._replace(ssh_keys=_become(state.ssh_keys, keys), groups=_become(state.groups, groups))


def _still_locked(state: State, one: Account) -> Account:
    """The user, locked if he is so on this box."""
    old = state.accounts.get(one.name)
    if old is None or not old.locked_by:
        return one
    return one._replace(locked_by=old.locked_by, locked_since=old.locked_since)


def _with_user(state: State, one: Account, by: Restorer) -> State:
    """The state with this user, whose sessions end where another password or role came.

    Whoever the box has keeps all strikes, unless this unlocks him.
    """
    old = state.accounts.get(one.name)
    if old is not None:
        one = one._replace(**{field: getattr(old, field) for field in _COUNTED})
        if old.locked_by and not one.locked_by:
            one = lockout.unlock(one._replace(locked_by=old.locked_by), by.now)._replace(ends_at=one.ends_at)
        one = one._replace(uid=old.uid if old.directory_id == one.directory_id else None)
        if (old.password, old.role, old.locked_by, old.directory_id) != (
                one.password, one.role, one.locked_by, one.directory_id):
            state = sessions.cut_all(state, one.name, _REPLACED, by.now, but=by.session)
    return state if one == old else uids.give(state, one)


def _with_settings(state: State, content: State) -> State:
    old, new = state.settings, content.settings
    kept = {field: getattr(old, field) for field in _BOUND}
    if old.level != new.level:
        kept["hashing"] = LEVELS[new.level].hashing
    reach = new.reach._replace(web_certificate=old.reach.web_certificate, interfaces=old.reach.interfaces)
    return state._replace(settings=new._replace(**kept, reach=reach))


def _shown(state: State, content: State) -> State:
    reach = state.settings.reach._replace(web_certificate=content.settings.reach.web_certificate)
    return state._replace(settings=state.settings._replace(reach=reach))


def _begun_anew(state: State, before: State, newest: tuple[int, int]) -> State:
    """Receivers are told of what happens from now on: on another box the numbers of records mean nothing."""
    events, audit = newest
    tables: dict[str, Any] = {
        table: _receiving(getattr(state, table), getattr(before, table), partial(_after, field, events))
        for table, field in _RECEIVERS.items()}
    tables["syslog"] = _receiving(state.syslog, before.syslog, lambda one: {
        "after_events": events, "after_audit": audit})
    return state._replace(**tables)


def _after(field: str, number: int, one: Any) -> dict[str, Any]:
    return {"after": (number,) * len(getattr(one, field))}


def _receiving(records: Records[Any], before: Records[Any], anew: Callable[[Any], dict[str, Any]]) -> Records[Any]:
    """The records with the numbers that they had, or `anew` where they are others."""
    for key, one in records.items():
        old, fields = before.get(key), anew(one)
        same = old is not None and old._replace(**{field: getattr(one, field) for field in fields}) == one
        records = records.put(key, old if same else one._replace(**fields))
    return records


def _check(state: State) -> None:
    """No backup leaves something behind that does not fit together; single values are for `backup_content`."""
    known = frozenset(Permission)
    for role in state.roles.values():
        if not known.issuperset(role.permissions):
            raise InvalidValue(what=f"The role {role.name} has permissions that this release does not know")
        roles.assignable(tuple(map(Permission, role.permissions)))
    for one in state.accounts.values():
        if not roles.exists(state, one.role):
            raise UnknownRole(f"User {one.name} has the role {one.role}, which there would not be any more.",
                              "Restore users and roles together.")
        for group in one.groups or ():
            if group not in state.groups:
                raise UnknownGroup(f"User {one.name} has the group {group}, which there would not be any more.")


def dropped(content: State) -> list[str]:
    """The users of a backup that are never restored: older releases shipped them (R047)."""
    return [name for name in content.accounts if name in RESERVED]
