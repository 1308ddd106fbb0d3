"""Changing a schedule of backups: what is not named stays."""

from collections.abc import Mapping

import pytest

from tests.support.box import Client, TestBox
from tests.support.clock import DAY

FIRST = ("schedule_backup name=nightly interval=weekly time=03:30 items=users,roles keep=3 target=nas "
         "password=Violet-95-Lamp")
PRESENT = {"interval": "weekly", "time": "03:30", "items": ["users", "roles"], "keep": 3, "target": "nas"}


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box with a schedule."""
    client = basic.admin()
    for line in ("add_upload_target name=nas server=v.example user=u password=Canary-1 protocol=ftps", FIRST):
        assert client.do(line).code == "Done"
    return client


def shown(admin: Client) -> dict[str, object]:
    """What there is of the schedule."""
    [one] = admin.facts("get_backups")["schedules"]
    return {name: one[name] for name in PRESENT}


@pytest.mark.parametrize("given, changed", [
    ("interval=daily", {"interval": "daily"}), ("time=04:00", {"time": "04:00"}), ("items=keys", {"items": ["keys"]}),
    ("keep=9", {"keep": 9}), ("target=none", {"target": None}), ('target=""', {"target": None})])
def test_what_is_not_named_stays_as_it_is(
        basic: TestBox, admin: Client, given: str, changed: Mapping[str, object]) -> None:
    password = {one.password for one in basic.state.backup_schedules.values()}
    assert admin.do(f"schedule_backup name=nightly {given}").code == "Done"
    assert shown(admin) == {**PRESENT, **changed}
    assert {one.password for one in basic.state.backup_schedules.values()} == password
    assert admin.do(f"schedule_backup name=nightly {given}").code == "Unchanged"


@pytest.mark.parametrize("given, missing", [("interval=daily", "password"), ("password=Violet-95-Lamp", "interval")])
def test_a_new_one_needs_interval_and_password(admin: Client, given: str, missing: str) -> None:
    answer = admin.do(f"schedule_backup name=other {given}")
    assert answer.code == "MissingValue" and missing in str(answer.message)


def test_a_moment_that_was_missed_still_counts_unless_interval_or_time_were_changed(
        basic: TestBox, admin: Client) -> None:
    [made] = [one.since for one in basic.state.backup_schedules.values()]
    basic.clock.move(DAY)
    for line, since in (("keep=4", made), ("time=05:00", basic.clock.now), ("interval=daily", basic.clock.now)):
        admin.do(f"schedule_backup name=nightly {line}")
        assert [one.since for one in basic.state.backup_schedules.values()] == [since], line


def test_a_target_that_is_called_none_can_be_meant(admin: Client) -> None:
    admin.do("add_upload_target name=none server=v.example user=u password=Canary-1 protocol=ftps")
    assert admin.facts("schedule_backup name=nightly target=none")["target"] == "none"


def test_a_schedule_ends_once(admin: Client) -> None:
    assert admin.do("schedule_backup name=nightly interval=never").code == "Done"
    assert admin.do("schedule_backup name=nightly interval=never").code == "Unchanged"
