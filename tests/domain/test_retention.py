"""When the file of the audit becomes an archive, and which archives may go, as values."""

import pytest

from sysmgmt.domain import retention
from sysmgmt.domain.model import Settings, State, audit_policy
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.retention import MB, Archived, Holdings

DAY = 86400.0
MONDAY = 4 * DAY
"""The first one of 1970."""
ARCHIVES = (Archived(1, 10, 3 * MB), Archived(11, 20, 2 * MB), Archived(21, 30, MB))


def with_policy(**fields: object) -> State:
    """A state with settings; `policy` is that of the audit."""
    return State(settings=Settings()._replace(**fields))


def test_the_words_of_the_policy_are_those_that_are_stored() -> None:
    assert audit_policy.ROTATIONS == ("daily", "weekly", "never") and audit_policy.REMOVALS == ("exported", "oldest")
    assert AuditPolicy() == ("weekly", 16, 52, "exported", True)


@pytest.mark.parametrize("rotation, began, now, due", [
    ("daily", 0.0, DAY - 1, False), ("daily", DAY - 1, DAY, True), ("daily", DAY, DAY - 1, True),
    ("weekly", MONDAY, MONDAY + 7 * DAY - 1, False), ("weekly", MONDAY, MONDAY + 7 * DAY, True),
    ("weekly", MONDAY - 1, MONDAY, True), ("weekly", 0.0, MONDAY - 1, False), ("weekly", 0.0, DAY, False),
    ("never", 0.0, 1000 * DAY, False)])
def test_a_file_has_its_day_or_its_week_from_monday_on(rotation: str, began: float, now: float, due: bool) -> None:
    assert retention.is_due(AuditPolicy(rotation), Holdings((), 5, began), now) == due


@pytest.mark.parametrize("size, due", [(2 * MB - 1, False), (2 * MB, True)])
def test_a_file_has_its_size(size: int, due: bool) -> None:
    assert retention.is_due(AuditPolicy("never", 2), Holdings((), size, 0.0), 1.0) == due
    assert not retention.is_due(AuditPolicy("never", 2), Holdings((), size, None), 1.0), "it is empty"


@pytest.mark.parametrize("keep, remove, exported, kept, last", [
    (1, "oldest", 0, 1, 20), (2, "oldest", 0, 1, 10), (3, "oldest", 0, 1, 0), (0, "oldest", 0, 1, 30),
    (1, "exported", 0, 1, 0), (1, "exported", 9, 1, 0), (1, "exported", 10, 1, 10), (1, "exported", 30, 1, 20),
    (1, "oldest", 0, 11, 20), (1, "oldest", 0, 10, 20), (2, "oldest", 0, 11, 0), (0, "oldest", 0, 31, 0)])
def test_archives_go_that_are_too_many(keep: int, remove: str, exported: int, kept: int, last: int) -> None:
    state = with_policy(audit=AuditPolicy(keep=keep, remove=remove), audit_exported=exported, audit_kept=kept)
    assert retention.surplus(state, Holdings(ARCHIVES, 0, None)) == last


def test_what_was_removed_stays_removed() -> None:
    assert retention.remove(with_policy(audit_kept=5), 10).settings.audit_kept == 11
    assert retention.remove(with_policy(audit_kept=5), 4).settings.audit_kept == 5
    assert retention.remove(with_policy(audit_kept=20), 10).settings.audit_kept == 20


@pytest.mark.parametrize("first, last, known", [
    (1, 10, 10), (6, 10, 10), (7, 10, 5), (1, 5, 5), (1, 6, 6), (1, 4, 5)])
def test_an_export_counts_without_a_gap_before_it(first: int, last: int, known: int) -> None:
    assert retention.handed_out(with_policy(audit_handed_out=5), first, last).settings.audit_handed_out == known
    state = retention.handed_out(with_policy(audit_kept=6), first, last)
    assert state.settings.audit_handed_out == (known if known != 5 else 0), "what is gone needs no export"
    assert state.settings.audit_exported == 0


@pytest.mark.parametrize("last, known", [(0, 5), (5, 5), (6, 6), (9, 9), (10, 5)])
def test_what_was_handed_out_is_exported_once_somebody_goes_on_behind_it(last: int, known: int) -> None:
    state = retention.arrived(with_policy(audit_exported=5, audit_handed_out=9), last)
    assert (state.settings.audit_exported, state.settings.audit_handed_out) == (known, 9)


def test_the_audit_has_what_the_policy_allows_or_what_there_is() -> None:
    held = Holdings(ARCHIVES, MB, 0.0)
    assert held.whole == 7 * MB
    assert retention.space(AuditPolicy(size=2, keep=3), held, 100 * MB) == 8 * MB
    assert retention.space(AuditPolicy(size=2, keep=3), held, MB // 2) == 7 * MB + MB // 2


@pytest.mark.parametrize("size, told", [(6 * MB - 1, []), (6 * MB, ["6 MB of 8 MB are used"])])
def test_space_that_runs_out_is_told_of_from_three_quarters_on(size: int, told: list[str]) -> None:
    findings = list(retention.of_space(AuditPolicy(size=2, keep=3), Holdings((), size, 0.0), 100 * MB))
    assert [one.details for one in findings] == told
    assert all((one.kind, one.subject) == ("AuditSpaceLow", "the audit") for one in findings)
