"""Where the backups of a schedule are brought to, only those decide who may schedule backups."""

import pytest

from sysmgmt.domain.model import UploadTarget
from tests.support.box import Client, TestBox

TARGET = "add_upload_target name=nas server={} user=u password=Canary-1 protocol=ftps"
SCHEDULE = "schedule_backup name=nightly interval=daily password=Violet-95-Lamp"


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box whose backups go to a target, and that has another one."""
    client = basic.admin()
    for line in (TARGET.format("vault.example"), TARGET.format("vault.example").replace("nas", "other"),
                 f"{SCHEDULE} target=nas", "add_role name=netops permissions=system_configuration,group_clear_settings",
                 "add_user name=eve role=netops password=Eve-first-12 must_change=no"):
        assert client.do(line).code == "Done", line
    return client


def target(box: TestBox) -> UploadTarget | None:
    """Where the backups of the schedule go."""
    schedule = box.state.backup_schedules.get("nightly")
    assert schedule
    return box.state.upload_targets.get(schedule.target)


def test_a_target_that_a_schedule_names_is_neither_removed_nor_exchanged(basic: TestBox, admin: Client) -> None:
    before, eve = target(basic), basic.client("eve", "Eve-first-12")
    for client in (eve, admin):
        answer = client.do("remove_upload_target target=nas")
        assert (answer.code, answer.message) == ("TargetInUse", "Backups of the schedule nightly go to the upload "
                                                                "target nas.")
        assert "schedule_backup" in str(answer.hint)
    assert eve.do(TARGET.format("elsewhere.example")).code == "TargetExists" and target(basic) == before
    assert eve.do("remove_upload_target target=other").code == "Done", "the control"
    assert admin.do("schedule_backup name=nightly target=none").code == "Done", "to no target any more"
    assert eve.do("remove_upload_target target=nas").code == "Done"


def test_nobody_gives_a_schedule_the_target_that_it_misses(basic: TestBox, admin: Client) -> None:
    basic.put("upload_targets", "nas", None)  # as older releases did
    eve = basic.client("eve", "Eve-first-12")
    assert eve.do(TARGET.format("elsewhere.example")).code == "TargetInUse"
    assert admin.do("schedule_backup name=nightly target=none").code == "Done"
    assert eve.do(TARGET.format("elsewhere.example")).code == "Done"


@pytest.mark.parametrize("who", ["eve", "admin"])
def test_a_reset_keeps_the_targets_of_the_schedules_that_it_keeps(basic: TestBox, admin: Client, who: str) -> None:
    before = target(basic)
    client = basic.client("eve", "Eve-first-12") if who == "eve" else admin
    assert client.do("reset_system_settings --yes").code == "Done"
    assert before and target(basic) == before and list(basic.state.upload_targets) == ["nas"]
