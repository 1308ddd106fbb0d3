"""The backups that boxmgmtd takes by itself (C31)."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sysmgmt.domain.backup_schedules import BackupSchedule, following, last
from sysmgmt.domain.times import iso, seconds
from sysmgmt.service.duties.backups import PAUSE, BackupWatch
from tests.support import upload_servers
from tests.support.box import Client, TestBox
from tests.support.clock import DAY, HOUR

PASSWORD = "Violet-95-Lamp"


@pytest.mark.parametrize("interval, now, before, after", [
    ("daily", "2026-03-10T02:30:00Z", "2026-03-10T02:30:00Z", "2026-03-11T02:30:00Z"),
    ("daily", "2026-03-10T02:29:59Z", "2026-03-09T02:30:00Z", "2026-03-10T02:30:00Z"),
    ("weekly", "2026-03-11T12:00:00Z", "2026-03-09T02:30:00Z", "2026-03-16T02:30:00Z"),
    ("weekly", "2026-03-09T02:00:00Z", "2026-03-02T02:30:00Z", "2026-03-09T02:30:00Z"),
    ("monthly", "2026-01-01T01:00:00Z", "2025-12-01T02:30:00Z", "2026-01-01T02:30:00Z"),
    ("monthly", "2026-12-31T23:59:59Z", "2026-12-01T02:30:00Z", "2027-01-01T02:30:00Z"),
    ("monthly", "2028-02-29T00:00:00Z", "2028-02-01T02:30:00Z", "2028-03-01T02:30:00Z")])
def test_a_schedule_has_its_moments_in_utc(interval: str, now: str, before: str, after: str) -> None:
    one = BackupSchedule("n", interval, 150, (), 7, "", 0.0)
    assert (iso(last(one, seconds(now))), iso(following(one, seconds(now)))) == (before, after)


@pytest.fixture
def admin(basic: TestBox) -> Client:
    client = basic.admin()
    line = f"schedule_backup name=nightly interval=daily time=02:00 keep=2 items=users,roles password={PASSWORD}"
    assert client.do(line).code == "Done"
    return client


def names(box: TestBox) -> list[str]:
    """The backups that there are."""
    return [one["name"] for one in box.admin().facts("get_backups")["backups"]]


def told(box: TestBox) -> list[str]:
    """Names of the events about backups."""
    found = box.admin().facts("get_events_log limit=1000")["events"]
    return [one["name"] for one in found if one["name"].startswith("Backup")]


@pytest.mark.checklist("C31")
def test_it_is_taken_once_at_its_moment_and_the_oldest_goes(basic: TestBox, admin: Client) -> None:
    watch, house = BackupWatch(lambda: basic.clock.now), basic.house()
    watch.look(house)
    assert names(basic) == [], "its moment was before it was wanted"
    assert admin.do(f"backup_settings name=nightly-0 password={PASSWORD} items=roles").code == "Done"
    for _ in range(3):
        basic.clock.move(DAY)
        watch.look(house)
        basic.clock.move(HOUR)
        watch.look(house)
    found = names(basic)
    assert len(found) == 3 and found[0] == "nightly-0", "two of the schedule are kept, and none that somebody took"
    assert basic.admin().facts(f"verify_backup name={found[-1]} password={PASSWORD}")["items"] == ["users", "roles"]
    taken = [one for one in basic.audit() if one["command"] == "take_scheduled_backup" and one.get("code")]
    assert [one["user"] for one in taken] == ["system"] * 3
    assert PASSWORD.encode() not in basic.everything()
    assert admin.do("schedule_backup name=nightly interval=never").code == "Done"
    basic.clock.move(DAY)
    watch.look(house)
    assert names(basic) == found


def test_no_other_backup_is_taken_for_one_of_the_schedule(basic: TestBox, admin: Client) -> None:
    watch, house = BackupWatch(lambda: basic.clock.now), basic.house()
    seal, folder = house.box.backups.seal, basic.folder / "backups"
    said = dict.fromkeys(("box", "release", "made_by"), "x") | {"schedule": "nightly", "made_at": "x", "items": []}
    files = {"precious": basic.state.settings.box_id, "nightly-20200101t020000z": "another box"}
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, box_id in files.items():
        (folder / f"{name}.backup").write_bytes(seal.seal({**said, "box_id": box_id}, b"x", PASSWORD))
    (basic.folder / "import").mkdir()
    (basic.folder / "import" / "copy").write_bytes((folder / "precious.backup").read_bytes())
    assert admin.do("import_backup name=nightly-20990101t020000z file=copy").code == "InvalidValue"
    assert admin.do("import_backup name=taken-in file=copy").code == "Done"
    for _ in range(4):
        basic.clock.move(DAY)
        watch.look(house)
    found = names(basic)
    assert {"taken-in", *files} < set(found) and len(found) == 5, "two of its own are kept, and all others"


def test_one_that_fails_is_tried_again_and_both_are_told_of(basic: TestBox, admin: Client) -> None:
    watch, house = BackupWatch(lambda: basic.clock.now), basic.house()
    basic.clock.move(DAY)
    (basic.folder / "master.key").rename(basic.folder / "aside")
    watch.look(house)
    (basic.folder / "aside").rename(basic.folder / "master.key")
    watch.look(house)
    assert (names(basic), told(basic)) == ([], ["BackupFails"])
    basic.clock.move(PAUSE)
    watch.look(house)
    assert len(names(basic)) == 1 and told(basic) == ["BackupFails", "BackupTaken", "BackupFailsCleared"]


def test_a_schedule_keeps_its_password_unless_another_one_is_given(basic: TestBox, admin: Client) -> None:
    sealed = {one.password for one in basic.state.backup_schedules.values()}
    assert admin.do("schedule_backup name=nightly interval=weekly").code == "Done"
    assert {one.password for one in basic.state.backup_schedules.values()} == sealed
    assert admin.do("schedule_backup name=other interval=weekly").code == "MissingValue"
    assert admin.do("schedule_backup name=other interval=never").code == "Unchanged"
    for wrong in ("time=24:00 interval=daily", "time=2 interval=daily", "keep=0 interval=daily", "interval=hourly"):
        assert admin.do(f"schedule_backup name=nightly {wrong}").code == "InvalidValue"


class Vault:
    """A server that backups are brought to."""

    def __init__(self, folder: Path, port: int) -> None:
        self.files = folder / "files"
        key = subprocess.run(["ssh-keygen", "-l", "-f", str(folder / "host_key.pub")], capture_output=True, text=True,
                             check=True).stdout.split()[1]
        self.line = (f"add_upload_target name=vault server=localhost port={port} user=uploader fingerprint={key} "
                     f"password={upload_servers.PASSWORD}")


@contextmanager
def vault() -> Iterator[Vault]:
    """A real sshd."""
    with tempfile.TemporaryDirectory(prefix="vault-") as place:
        Path(place).chmod(0o755)
        with upload_servers.sshd(Path(place)) as port:
            yield Vault(Path(place), port)


@pytest.mark.checklist("C31")
def test_it_is_brought_to_its_target_once_and_again_where_that_fails(basic: TestBox, admin: Client) -> None:
    watch, house = BackupWatch(lambda: basic.clock.now), basic.house()
    with vault() as one:
        assert admin.do(one.line).code == "Done"
        assert admin.do("schedule_backup name=nightly interval=daily target=nowhere").status == 1
        assert admin.do("schedule_backup name=nightly interval=daily items=roles target=vault").code == "Done"
        basic.clock.move(DAY)
        watch.look(house)
        first, = names(basic)
        sent = one.files / f"{first}.backup"
        assert sent.read_bytes() == (basic.folder / "backups" / f"{first}.backup").read_bytes()
        sent.unlink()
        watch.look(house)
        assert not sent.exists(), "it is sent once"
        assert admin.do(f"send_backup name={first} target=vault").code == "Done" and sent.exists()
    basic.clock.move(DAY)
    watch.look(house)
    second = names(basic)[-1]
    assert second != first and told(basic)[-1] == "BackupFails", "it was taken, and could not be sent"
    with vault() as other:
        again = "schedule_backup name=nightly interval=daily items=roles"
        lines = (f"{again} target=none", "remove_upload_target target=vault", other.line, f"{again} target=vault")
        assert [admin.do(line).code for line in lines] == ["Done"] * 4
        basic.clock.move(PAUSE)
        watch.look(house)
        assert (other.files / f"{second}.backup").exists() and told(basic)[-1] == "BackupFailsCleared"
