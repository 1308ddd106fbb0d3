"""How long the audit is kept: when its file becomes an archive, and which archives may go (C28)."""

from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.model import State
from sysmgmt.domain.model.audit_policy import DAILY, OLDEST, WEEKLY, AuditPolicy
from sysmgmt.domain.times import DAY

MB = 1_000_000
SHARE = 0.75
"""Used part of the space for the audit from which on it is told of."""
_MONDAY = 3
"""Days to add so that weeks begin on a Monday: 1970 began on a Thursday."""


class Archived(NamedTuple):
    """An archive of the audit: the numbers of its first and its last record, its size in bytes."""

    first: int
    last: int
    size: int


class Holdings(NamedTuple):
    """What there is of the audit: its archives, the oldest first, and the file that is written.

    That has `size` bytes, and `began` in seconds since 1970; None where it is empty.
    """

    archives: tuple[Archived, ...]
    size: int
    began: float | None

    @property
    def whole(self) -> int:
        """Bytes of all of it."""
        return self.size + sum(one.size for one in self.archives)


def is_due(policy: AuditPolicy, holdings: Holdings, now: float) -> bool:
    """Whether the file has had its size, its day or its week (in UTC, from Monday on)."""
    if holdings.began is None:
        return False
    began, today = int(holdings.began // DAY), int(now // DAY)
    return (holdings.size >= policy.size * MB
            or policy.rotation == DAILY and began != today
            or policy.rotation == WEEKLY and (began + _MONDAY) // 7 != (today + _MONDAY) // 7)


def surplus(state: State, holdings: Holdings) -> int:
    """The number of the last record that may go, with its archive; 0 where none may."""
    policy, kept = state.settings.audit, [one for one in holdings.archives if one.last >= state.settings.audit_kept]
    too_many = kept[:-policy.keep] if policy.keep else kept
    may_go = [one for one in too_many if policy.remove == OLDEST or one.last <= state.settings.audit_exported]
    return may_go[-1].last if may_go else 0


def remove(state: State, last: int) -> State:
    """The state in which the records up to the number `last` are kept no longer."""
    kept = max(state.settings.audit_kept, last + 1)
    return state._replace(settings=state.settings._replace(audit_kept=kept))


def handed_out(state: State, first: int, last: int) -> State:
    """The state in which the records from `first` to `last` were handed out; a gap before them stays one."""
    known = max(state.settings.audit_handed_out, state.settings.audit_kept - 1)
    if not first <= known + 1 <= last:
        return state
    return state._replace(settings=state.settings._replace(audit_handed_out=last))


def arrived(state: State, last: int) -> State:
    """The state in which the records up to `last` were exported, as somebody goes on behind what he was handed out.

    Whether what was written to a shell has reached a disk is not known to the box before that.
    """
    if not state.settings.audit_exported < last <= state.settings.audit_handed_out:
        return state
    return state._replace(settings=state.settings._replace(audit_exported=last))


def space(policy: AuditPolicy, holdings: Holdings, free: int) -> int:
    """Bytes that the audit may have: what the policy allows, or what there is if that is less."""
    return min(policy.size * MB * (policy.keep + 1), holdings.whole + free)


def of_space(policy: AuditPolicy, holdings: Holdings, free: int) -> Iterator[Finding]:
    """What there is to say of the space for the audit."""
    used, may_have = holdings.whole, space(policy, holdings, free)
    if used >= SHARE * may_have:
        yield Finding("AuditSpaceLow", "the audit", f"{used // MB} MB of {may_have // MB} MB are used")
