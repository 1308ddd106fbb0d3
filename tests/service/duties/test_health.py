"""What boxmgmtd looks at by itself, and what it tells of it."""

from typing import Any

import pytest

from sysmgmt.domain import conditions, event_kinds, mib
from sysmgmt.engine.own_work import settle
from sysmgmt.service.duties import health, reports, snmp_facts
from tests.support.box import TestBox

GB = 10**9


def told(box: TestBox, filters: str = "") -> list[tuple[str, str, str | None]]:
    """Name, form and details of the events that somebody with the permission view sees."""
    found = box.admin().facts(f"get_events_log {filters}")["events"]
    return [(one["name"], one["form"], one["details"]) for one in found]


@pytest.mark.requirement(83)
def test_space_is_told_of_once_when_it_gets_low_and_once_when_there_is_some_again(basic: TestBox) -> None:
    house = basic.house()
    for free in (50, 9, 9, 1, 1, 50):
        settle(house, health.SPACE, conditions.of_space("/state", free * GB, 100 * GB))
    assert told(basic, "topic=storage") == [
        ("DiskSpaceLow", "lasting", "9000 MB of 100000 MB are free"),
        ("DiskSpaceLowCleared", "cleared", "9000 MB of 100000 MB are free"),
        ("DiskSpaceCritical", "lasting", "1000 MB of 100000 MB are free"),
        ("DiskSpaceCriticalCleared", "cleared", "1000 MB of 100000 MB are free")]


def test_a_password_that_expires_soon_is_told_of_until_it_is_changed(high: TestBox) -> None:
    house = high.house()

    def look() -> list[str]:
        settle(house, health.EXPIRY, conditions.of_passwords(house.box.store.read(), high.clock.now))
        return [name for name, _, _ in told(high, "text=expires")]
    assert look() == []
    high.clock.move(84 * 86400)
    assert look() == ["PasswordExpires"] and look() == ["PasswordExpires"]


def test_status_report_and_snmp_agent_agree_whether_the_box_is_well(basic: TestBox) -> None:
    house = basic.house()

    def verdicts() -> set[str]:
        state = house.box.store.read()
        [told] = [name for name, number in mib.STATUS.items() if number == snmp_facts.told(house.box, state)["status"]]
        [line] = [one for one in reports.text(house.box, basic.clock.now).splitlines() if one.startswith("  System: ")]
        return {told, line.partition(": ")[2], basic.admin().facts("get_system_status")["system"]}
    assert verdicts() == {"ok"}
    settle(house, health.SPACE, conditions.of_space("/state", GB, 100 * GB))
    assert verdicts() == {"attention"}
    shown = basic.admin().facts("get_system_status")
    [one] = shown["conditions"]
    assert shown["reasons"] == ["something is not as it should be"]
    assert (one["kind"], one["subject"], one["details"]) == (
        "DiskSpaceCritical", "/state", "1000 MB of 100000 MB are free")
    settle(house, health.SPACE, ())
    assert verdicts() == {"ok"}


def test_the_advice_of_events_names_what_shows_it(basic: TestBox) -> None:
    admin = basic.admin()
    assert "free_bytes in get_system_status" in event_kinds.NAMED["StorageRefused"].action
    assert admin.facts("get_system_status")["storage"]["free_bytes"] > 0
    assert "get_time" in event_kinds.NAMED["ClockJumped"].action and "time" in admin.facts("get_time")


@pytest.mark.requirement(88)
@pytest.mark.parametrize("jump,noticed", [(3600.0, True), (-3600.0, True), (1.0, False), (0.0, False)])
def test_a_jump_of_the_clock_is_recorded_with_old_and_new_time(basic: TestBox, jump: float, noticed: bool) -> None:
    passed = [100.0]
    watch = health.ClockWatch(lambda: passed[0])
    house = basic.house()
    watch.look(house)
    passed[0] += 10
    basic.clock.move(10 + jump)
    watch.look(house)
    found = told(basic, "topic=system")
    assert [name for name, _, _ in found] == ["ClockJumped"] * noticed
    records: list[dict[str, Any]] = [one for one in basic.audit() if one["command"] == "note_clock_jump"]
    assert len(records) == noticed
    if noticed:
        times = records[0]["parameters"]
        assert found[0][2] == f"{times['before']} -> {times['after']}" and times["before"] != times["after"]
        assert records[0]["user"] == "system"
        assert [one["seq"] for one in basic.audit()] == list(range(1, len(basic.audit()) + 1)), "the order is kept"
