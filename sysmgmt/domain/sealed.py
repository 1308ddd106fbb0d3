"""Everything in the state that is sealed under the master key, in one place: all of it can be sealed anew."""

from collections.abc import Callable, Mapping

from sysmgmt.domain.model import State

SEALED: Mapping[str, tuple[str, ...]] = {
    "identities": ("key",), "signing_requests": ("key",), "mail": ("password",), "directories": ("bind_password",),
    "backup_schedules": ("password",), "snmp": ("community",), "snmp_users": ("authentication", "privacy"),
    "vcenters": ("password",), "upload_targets": ("password",)}
"""By table, the fields that hold sealed texts."""
AUDIT_SEEDS, TIME_KEY = "settings audit_seeds", "settings time key"
"""What the sealed seeds of the audit are bound to, and the key with which time servers prove who they are."""


def place(table: str, key: str, field: str) -> str:
    """What a sealed text is bound to."""
    return f"{table} {key} {field}"


def replaced(state: State, change: Callable[[str, str], str]) -> State:
    """The state with `change` made to every sealed text; it is given the text and its place."""
    for table, fields in SEALED.items():
        records = getattr(state, table)
        for key, one in records.items():
            new = {field: change(text, place(table, key, field)) for field in fields if (text := getattr(one, field))}
            records = records.put(key, one._replace(**new))
        state = state._replace(**{table: records})
    seeds = tuple(change(one, AUDIT_SEEDS) for one in state.settings.audit_seeds)
    time = state.settings.time
    if time.key:
        time = time._replace(key=change(time.key, TIME_KEY))
    return state._replace(settings=state.settings._replace(audit_seeds=seeds, time=time))


def counted(state: State) -> dict[str, int]:
    """How much of each kind is sealed."""
    tables = {table: sum(1 for one in getattr(state, table).values() if any(getattr(one, field) for field in fields))
              for table, fields in SEALED.items()}
    return {**tables, "audit_seeds": len(state.settings.audit_seeds), "time_keys": int(bool(state.settings.time.key))}
