"""Which records of the audit are of people and which are the own bookkeeping of the box, and which change something."""

from collections.abc import Callable, Mapping
from typing import Any

from sysmgmt.engine.declaration import OWN_WORK, Command, Shown
from sysmgmt.engine.request import LOGIN, SYSTEM

ALL, REQUESTS, CHANGES, OWN = KINDS = ("all", "requests", "changes", "own")
"""What people asked for, logins among it; of that what changes or does something; what the box notes by itself."""
Record = Mapping[str, Any]


def chosen(kind: str, catalog: Mapping[str, Command]) -> Callable[[Record], bool]:
    """Whether a record is of that kind."""
    return {ALL: lambda one: True, OWN: lambda one: _is_own(one, catalog),
            REQUESTS: lambda one: not _is_own(one, catalog), CHANGES: lambda one: _is_change(one, catalog)}[kind]


def _is_own(record: Record, catalog: Mapping[str, Command]) -> bool:
    name = record.get("command")
    if name is None or record.get("user") == SYSTEM.user:
        return True
    command = catalog.get(name)
    return command is not None and command.needs == OWN_WORK


def _is_change(record: Record, catalog: Mapping[str, Command]) -> bool:
    """Whether somebody changed something or tried to; of a command of another release its two records say so."""
    if _is_own(record, catalog) or record["command"] == LOGIN or record.get("dry_run"):
        return False
    command = catalog.get(record["command"])
    return record.get("phase") in ("intent", "outcome") or (command is not None and command.kind is not Shown)
