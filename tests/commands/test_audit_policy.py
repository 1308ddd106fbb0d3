"""How the audit is kept: its files, the space, what goes on and what does not when a record cannot be written."""

import pytest

from sysmgmt.domain import retention
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.retention import MB, Archived, Holdings
from tests.support.box import Client, TestBox
from tests.support.clock import DAY, HOUR, MONDAY

NOON = MONDAY - MONDAY % DAY + 12 * HOUR
"""Of a Sunday."""


@pytest.fixture
def admin(basic: TestBox) -> Client:
    return basic.admin()


def test_the_policy_is_shown_and_changed(basic: TestBox, admin: Client) -> None:
    before = admin.facts("get_audit_policy")
    assert {name: before[name] for name in ("rotation", "size", "keep", "remove", "audit_guarantee", "kept_from")} == {
        "rotation": "weekly", "size": 16 * MB, "keep": 52, "remove": "exported", "audit_guarantee": True,
        "kept_from": 1}
    assert admin.do("set_audit_policy rotation=daily keep=3 audit_guarantee=no").code == "Done"
    after = admin.facts("get_audit_policy")
    assert (after["rotation"], after["keep"], after["audit_guarantee"], after["size"]) == ("daily", 3, False, 16 * MB)
    assert basic.audit()[-2]["changes"] == [
        "settings audit.rotation: weekly -> daily", "settings audit.keep: 52 -> 3",
        "settings audit.guarantee: yes -> no"]
    assert admin.do("set_audit_policy rotation=daily").code == "Unchanged"
    for wrong in ("rotation=hourly", "size=0", "keep=0", "keep=101", "remove=all", "audit_guarantee=maybe"):
        assert admin.do(f"set_audit_policy {wrong}").code == "InvalidValue"


@pytest.mark.checklist("C28")
def test_the_log_is_read_and_verified_through_its_archives(basic: TestBox, admin: Client) -> None:
    admin.do("add_group name=before")
    answer = admin.do("rotate_audit_log")
    assert answer.result and answer.result["archived"]["first"] == 1
    admin.do("add_group name=after")
    found = admin.facts("get_audit_log command=add_group outcome=Done")["records"]
    assert [one["parameters"]["name"] for one in found] == ["before", "after"]
    assert admin.do("verify_audit_log").code == "Done"
    next(basic.folder.glob("audit-*.journal")).unlink()
    assert admin.do("verify_audit_log").code == "AuditDamaged"


@pytest.mark.parametrize("rotation,began,size,due", [
    ("daily", NOON, 0, False), ("daily", NOON - 11 * HOUR, 0, False), ("daily", NOON - 13 * HOUR, 0, True),
    ("weekly", NOON - 6 * DAY, 0, False), ("weekly", NOON - 7 * DAY, 0, True), ("weekly", NOON + DAY, 0, True),
    ("never", NOON - 999 * DAY, 0, False), ("never", NOON, 16 * MB, True), ("daily", None, 0, False)])
def test_the_file_has_its_day_its_week_or_its_size(
        rotation: str, began: float | None, size: int, due: bool) -> None:
    assert retention.is_due(AuditPolicy(rotation), Holdings((), size, began), NOON) == due


@pytest.mark.parametrize("remove,exported,last", [
    ("oldest", 0, 20), ("exported", 0, 0), ("exported", 9, 0), ("exported", 10, 10), ("exported", 99, 20)])
def test_archives_that_are_too_many_go_when_they_were_exported_or_in_any_case(
        basic: TestBox, remove: str, exported: int, last: int) -> None:
    basic.configure(audit=AuditPolicy(keep=2, remove=remove), audit_exported=exported)
    archives = tuple(Archived(first, first + 9, 1000) for first in (1, 11, 21, 31))
    assert retention.surplus(basic.state, Holdings(archives, 0, None)) == last


@pytest.mark.requirement(83)
@pytest.mark.parametrize("used,free,told", [(74, 1000, False), (75, 1000, True), (10, 4, False), (12, 4, True)])
def test_space_is_told_of_at_three_quarters_of_what_there_may_be(used: int, free: int, told: bool) -> None:
    policy = AuditPolicy(size=25, keep=3)
    found = list(retention.of_space(policy, Holdings((Archived(1, 2, used * MB - 5),), 5, None), free * MB))
    assert [one.kind for one in found] == ["AuditSpaceLow"] * told


@pytest.mark.requirement(78)
def test_nobody_clears_the_audit_from_the_shells(basic: TestBox, admin: Client) -> None:
    admin.do("set_audit_policy size=1 keep=1 remove=oldest")
    seen = len(basic.audit())
    for line in ("rotate_audit_log", "clear_audit_log", "remove_audit_archives last=9", "put_audit_away"):
        admin.do(line)
    assert admin.facts("get_audit_log after=0 limit=1")["records"][0]["number"] == 1
    assert len(list(basic.house().box.audit.newest())) > seen


def test_an_anchor_of_records_that_were_removed_is_refused_by_name(basic: TestBox, admin: Client) -> None:
    admin.do("rotate_audit_log")
    kept = admin.facts("get_audit_policy")["archives"][0]["last"] + 1
    basic.configure(audit_kept=kept)
    basic.house().box.audit_files.remove_before(kept)
    assert admin.do("verify_audit_log").code == "Done"
    answer = admin.do("verify_audit_log anchor=3:0123456789abcdef")
    assert (answer.code, str(kept) in str(answer.message)) == ("InvalidValue", True)


class Blocked:
    """An audit that nothing can be written to, as of a disk that fails."""

    def __init__(self, box: TestBox) -> None:
        self._path = box.folder / "audit.journal"
        self._aside = box.folder / "aside"

    def __enter__(self) -> None:
        self._path.rename(self._aside)
        self._path.mkdir()

    def __exit__(self, *ended: object) -> None:
        self._path.rmdir()
        self._aside.rename(self._path)


@pytest.mark.requirement(84)
def test_with_the_guarantee_nothing_is_changed_without_its_record_and_reading_goes_on(
        basic: TestBox, admin: Client) -> None:
    with Blocked(basic):
        assert admin.do("add_group name=g8").code == "StorageFailed"
        assert admin.together("add_group name=g8", "add_group name=g9")[0].code == "StorageFailed"
        assert admin.do("rotate_audit_log").code == "StorageFailed"
        assert admin.do("get_groups").code == "Done"
    assert "g8" not in basic.state.groups
    assert admin.do("add_group name=g8").code == "Done"
    assert admin.facts("get_audit_policy")["lost_records"] > 0


@pytest.mark.requirement(82)
@pytest.mark.requirement(84)
def test_without_the_guarantee_changes_go_on_and_what_is_lost_is_counted(basic: TestBox, admin: Client) -> None:
    assert admin.do("set_audit_policy audit_guarantee=no").code == "Done"
    with Blocked(basic):
        for number in range(5):
            assert admin.do(f"add_group name=g{number}").code == "Done"
        assert [one.code for one in admin.together("add_group name=a1", "add_group name=a2")] == ["Done", "Done"]
    assert len(basic.state.groups) == 7
    assert admin.facts("get_audit_policy")["lost_records"] == 2 * 7, "an intent and an outcome of each"
    assert admin.do("verify_audit_log").code == "Done"
