"""What the `get_` commands tell of stored values, in the field names of the contract."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sysmgmt.domain import accounts, levels, passwords, retention, roles, root_access, sessions, ssh_keys
from sysmgmt.domain.errors import StateDamaged
from sysmgmt.domain.model import LDAP_USER, SECRET, Account, Role, Session, Settings, SshKey, State
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.records import Records, leaves
from sysmgmt.domain.times import DAY, HOUR, MINUTE, is_moment, iso

ENTITLED = frozenset({Permission.SECURITY, Permission.AUDIT})
"""Who may see lock and login details of other users."""


def users(state: State, viewer: Account, only: Account | None = None) -> list[dict[str, Any]]:
    """All elements of get_users (R063), or `only` one; details are None for a viewer who may not see them."""
    rules = levels.rules_of(state.settings)
    allowed = not ENTITLED.isdisjoint(roles.permissions_of(state, viewer.role))
    keys = {only.name: len(ssh_keys.of(state, only.name))} if only else Counter(
        one.user for one in state.ssh_keys.values())
    return [_user(one, rules, keys.get(one.name, 0), allowed or one.name == viewer.name)
            for one in ([only] if only else state.accounts.values())]


def _user(account: Account, rules: levels.Rules, keys: int, allowed: bool) -> dict[str, Any]:
    shown = {
        "name": account.name, "type": account.type, "role": account.role,
        "groups": None if account.groups is None else list(account.groups),
        "locked": bool(account.locked_by), "locked_since": iso(account.locked_since),
        "must_change_password": account.must_change_password,
        "password_changed_at": iso(account.password_changed_at),
        "password_expires_at": iso(passwords.expires_at(account, rules)),
        "last_login_at": iso(account.last_login_at), "last_login_from": account.last_login_from or None,
        "failed_logins": account.failed_logins, "ssh_keys": keys,
        **granted_by(account), **valid_until(account),
    }
    if not allowed:
        hidden = ("locked_since", "last_login_at", "last_login_from", "failed_logins", "ssh_keys")
        shown.update(dict.fromkeys(hidden))
    return shown


def granted_by(account: Account) -> dict[str, str]:
    """The entry that gives a user of the directory role and groups; of everybody else there is nothing to tell."""
    return {"granted_by": account.granted_by or account.name} if account.type == LDAP_USER else {}


def valid_until(account: Account) -> dict[str, Any]:
    """When a temporary account ends; of a lasting one there is nothing to tell."""
    return {} if account.ends_at is None else {"valid_until": iso(account.ends_at)}


def ssh_key(one: SshKey) -> dict[str, Any]:
    """One element of get_ssh_keys."""
    return {"fingerprint": one.fingerprint, "type": one.line.split()[0], "comment": one.comment or None,
            "added_by": one.added_by, "added_at": iso(one.added_at), "last_used_at": iso(one.last_used_at)}


def session(one: Session) -> dict[str, Any]:
    """One element of get_sessions."""
    return {"session": one.id, "user": one.user, "opened_at": iso(one.opened_at), "origin": one.origin,
            "endpoint": one.endpoint}


def record(one: Mapping[str, Any]) -> dict[str, Any]:
    """One element of get_events_log or get_audit_log: its number comes first."""
    return {"number": one["seq"], **{name: value for name, value in one.items() if name != "seq"}}


def audit_policy(policy: AuditPolicy) -> dict[str, Any]:
    """What set_audit_policy has set; the size in bytes."""
    return {"rotation": policy.rotation, "size": policy.size * retention.MB, "keep": policy.keep,
            "remove": policy.remove, "audit_guarantee": policy.guarantee}


def audit_holdings(state: State, found: retention.Holdings, free: int, lost: int) -> dict[str, Any]:
    """What there is of the audit; sizes in bytes."""
    return {"kept_from": state.settings.audit_kept, "exported_up_to": state.settings.audit_exported or None,
            "handed_out_up_to": state.settings.audit_handed_out or None,
            "archives": [one._asdict() for one in found.archives], "used": found.whole,
            "space": retention.space(state.settings.audit, found, free), "lost_records": lost}


def role(one: Role) -> dict[str, Any]:
    """One element of get_roles (R122)."""
    return {"name": one.name, "predefined": one.name in roles.PREDEFINED,
            "permissions": [str(each) for each in one.permissions]}


def host_keys(found: Iterable[ssh_keys.HostKey]) -> dict[str, Any]:
    """What get_host_keys tells."""
    return {"host_keys": [one._asdict() for one in found]}


def opened_root_access(settings: Settings, now: float) -> dict[str, Any] | None:
    """Where root may log in, until when and who said so; None where root access is shut."""
    access = settings.root_access
    if not root_access.is_open(access, now):
        return None
    return {"where": access.where, "until": iso(access.until), "opened_at": iso(access.changed_at),
            "opened_by": access.changed_by}


def password_policy(settings: Settings) -> dict[str, Any]:
    """The rules about passwords and locks that are in force; times in seconds."""
    rules = levels.rules_of(settings)
    return {
        "lockout_threshold": rules.lockout_threshold, "unlock_after": times(rules.unlock_minutes, MINUTE),
        "origin_threshold": rules.origin_threshold,
        "password_rules": {
            "min_length": rules.min_length, "min_lower_case": rules.min_lower_case,
            "min_upper_case": rules.min_upper_case, "min_non_alphabetical": rules.min_non_alphabetical,
            "min_digits": rules.min_digits, "min_special": rules.min_special, "history": rules.history,
            "max_age": times(rules.max_age_days, DAY), "min_age": times(rules.min_age_hours, HOUR),
            "changed_positions": rules.changed_positions, "common": "refuse" if rules.refuses_common else "warn",
        },
    }


def session_policy(settings: Settings) -> dict[str, Any]:
    """The rules about sessions and logins that are in force; times in seconds."""
    rules = levels.rules_of(settings)
    return {"idle_timeout": settings.idle_timeout, "sessions_per_user": settings.sessions_per_user,
            "session_lifetime": times(rules.session_hours, HOUR),
            "unused_after": times(rules.unused_days, DAY), "banner_acknowledged": rules.acknowledged}


def times(count: int | None, seconds: int) -> int | None:
    """So many times so many seconds; None where there is no limit."""
    return count * seconds if count else None


def security_settings(settings: Settings, now: float) -> dict[str, Any]:
    """What get_security_settings tells; times in seconds (R131)."""
    return {
        "level": settings.level, **session_policy(settings), **password_policy(settings),
        "tls_minimum": settings.reach.tls_minimum, "hsts": "on" if settings.reach.hsts else "off",
        "root_access": opened_root_access(settings, now),
        **communication(settings),
    }


def communication(settings: Settings) -> dict[str, Any]:
    """How the box speaks with its partners (R131)."""
    return {"communication_level": settings.communication.level,
            "isolation": "on" if settings.communication.isolated else "off"}


def cluster(state: State, release: str, listener: Mapping[str, Any]) -> dict[str, Any]:
    """What get_cluster_status tells: this box, and how it speaks with its partners."""
    settings = state.settings
    return {"name": settings.name, "id": settings.box_id, "level": settings.level, "version": release,
            **communication(settings), "partners": list(state.partners), "listener": listener,
            "members": [{"name": settings.name, "id": settings.box_id, "version": release}]}


def current_user(state: State, name: str) -> dict[str, Any]:
    """What get_current_user tells."""
    account = accounts.find(state, name)
    [shown] = users(state, account, account)
    kept = ("name", "type", "role", "groups", "password_expires_at", "must_change_password", "last_login_at",
            "last_login_from")
    return {**{key: shown[key] for key in kept}, **granted_by(account), **valid_until(account),
            "permissions": sorted(str(one) for one in roles.permissions_of(state, account.role))}


def installation(settings: Settings) -> dict[str, Any]:
    """What was installed, and when."""
    return {"name": settings.name, "id": settings.box_id, "installed_at": iso(settings.installed_at),
            "installed_version": settings.installed_version}


def box_settings(settings: Settings) -> dict[str, Any]:
    """What Setup > View settings tells; times in seconds."""
    return {"name": settings.name, "banner": settings.banner or None, "level": settings.level,
            "idle_timeout": settings.idle_timeout, "sessions_per_user": settings.sessions_per_user}


def system_status(state: State, storage: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the box is well, in the order in which one asks; sizes in bytes."""
    locked = accounts.locked(state)
    stand = [{"kind": one.kind, "subject": one.subject or None, "since": iso(one.since), "details": one.details or None}
             for one in sorted(state.conditions.values(), key=lambda one: one.since)]
    reasons = ["something is not as it should be"] if stand else []
    if locked:
        reasons.append("users are locked")
    if storage.get("dropped_bytes"):
        reasons.append("an incomplete change at the end of the journal was dropped")
    return {"system": "attention" if reasons else "ok", "reasons": reasons, "conditions": stand,
            "users": len(state.accounts), "locked_users": locked, "sessions": len(sessions.opened(state)),
            "storage": dict(storage)}


def checked(state: State) -> dict[str, Any]:
    """How many values of each kind could be read. Raises StateDamaged at the first that cannot, or is no time."""
    for field, value in leaves(state, ""):
        if isinstance(value, float) and not is_moment(value):  # lengths of time are whole numbers
            raise StateDamaged(what=f"a {field} is no time")
    tables = {name: table for name, table in state._asdict().items() if isinstance(table, Records)}
    return {"generation": state.generation,
            "checked": {name: sum(1 for _ in table.values()) for name, table in tables.items()}}


def exported(state: State) -> dict[str, Any]:
    """The whole state; in the place of a secret stands whether there is one."""
    tables = {name: [_plain(one) for one in table.values()]
              for name, table in state._asdict().items() if isinstance(table, Records)}
    return {"generation": state.generation, "settings": _plain(state.settings), **tables}


def _plain(one: Any) -> dict[str, Any]:
    secrets = {name for name, shape in one.__annotations__.items() if SECRET in getattr(shape, "__metadata__", ())}
    return {f"{name}_configured" if name in secrets else name: bool(value) if name in secrets else _value(name, value)
            for name, value in one._asdict().items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, AuditPolicy):
        return {**_plain(value), "size": value.size * retention.MB}
    if hasattr(value, "_asdict"):
        return _plain(value)
    if isinstance(value, float):  # a moment: lengths of time are whole numbers
        return iso(value or None)
    return [_value("", one) for one in value] if isinstance(value, tuple) else value
