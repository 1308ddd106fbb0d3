"""The audit goes on in a new file: no number, no record and no proof is lost on the way."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from errno import EIO
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.errors import StorageUncertain
from sysmgmt.domain.retention import Holdings
from sysmgmt.store import files, space
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.auditfiles import AuditFiles
from sysmgmt.store.journal import EVENTS, Limit, LineJournal
from sysmgmt.store.losses import Losses
from sysmgmt.store.rotated import RotatedFiles
from sysmgmt.vault.signing import SigningKeys
from tests.faults import by_strace
from tests.support.clock import HeldClock
from tests.support.journals import audit_in
from tests.support.kernel import refusing

SEED = "5eed" * 16


class Log:
    """An audit of three archives of six records each, the first of which begins with the chain, and some more."""

    def __init__(self, folder: Path) -> None:
        self.clock = HeldClock()
        self.folder = folder
        self.path = folder / "audit.journal"
        journal = self.open()
        journal.begin(SEED)
        for count in (4, 5, 5):
            self.fill(journal, count)
            journal.rotate()
        self.fill(journal, 3)

    def fill(self, journal: AuditJournal, count: int) -> None:
        """Append records."""
        for number in range(count):
            journal.append({"n": number}, durable=False)
            self.clock.move(20)

    def open(self) -> AuditJournal:
        """The journal, as another process has it."""
        return audit_in(self.folder, self.clock)

    def verdict(self, known: tuple[int, str] | None = None, kept: int = 1) -> dict[str, Any]:
        """What verifying says."""
        return dict(self.open().verify([SEED], known, kept=kept))

    @property
    def archives(self) -> list[Path]:
        """The archives, the oldest first."""
        return sorted(self.folder.glob("audit-*.journal"))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def numbers(journal: LineJournal) -> list[int]:
    """The numbers of all records."""
    return [one["seq"] for one in journal.newest()][::-1]


@pytest.mark.checklist("C28")
def test_an_archive_is_read_only_and_named_by_its_first_and_last_number(log: Log) -> None:
    assert [one.name for one in log.archives] == [
        "audit-000000000001-000000000006.journal", "audit-000000000007-000000000012.journal",
        "audit-000000000013-000000000018.journal"]
    assert {one.stat().st_mode & 0o777 for one in log.archives} == {0o400}
    assert [(one.first, one.last) for one in RotatedFiles(str(log.path)).present()] == [(1, 6), (7, 12), (13, 18)]
    last = json.loads(log.archives[0].read_text().splitlines()[-1])
    assert (last["seq"], last["command"], last["checkpoint"]["count"]) == (6, "sign_audit", 5)


def test_numbers_chain_and_reading_go_on_through_all_files(log: Log) -> None:
    assert numbers(log.open()) == list(range(1, 22))
    for after in (0, 4):
        assert [record["seq"] for record, _ in AuditFiles(str(log.folder)).lines(after)] == list(range(after + 1, 22))
    assert next(AuditFiles(str(log.folder)).lines())[0]["seq"] == 1
    found = log.verdict(log.open().anchor())
    assert (found["intact"], found["records"], found["checkpoints"]) == (True, 21, 3)


def test_a_process_that_had_the_file_open_goes_on_in_the_new_one(log: Log) -> None:
    other = log.open()
    other.append({"n": 0}, durable=True)
    assert log.open().rotate() == (19, 23)
    other.append({"after": "the rotation"}, durable=True)
    assert log.verdict()["intact"] and log.verdict()["records"] == 24
    assert "after" not in log.archives[-1].read_text() and "after" in log.path.read_text()


def test_rotating_again_where_nothing_was_written_makes_no_empty_archive(log: Log) -> None:
    assert log.open().rotate() == (19, 22)
    assert log.open().rotate() is None
    assert len(log.archives) == 4 and log.verdict()["intact"]
    assert log.path.stat().st_blocks * 512 >= space.RESERVE, "the new file has a reserve before its first record"


def test_before_the_chain_nothing_is_put_away(tmp_path: Path) -> None:
    journal = AuditJournal(str(tmp_path), lambda: 0.0, SigningKeys())
    journal.append({}, durable=True)
    assert journal.rotate() is None


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_what_is_left_verifies_when_the_oldest_archives_were_removed_by_policy(log: Log, gone: int) -> None:
    kept = 6 * gone + 1
    anchor = log.open().anchor()
    AuditFiles(str(log.folder)).remove_before(kept)
    assert len(log.archives) == 3 - gone
    found = log.verdict(anchor, kept)
    assert (found["intact"], found["records"]) == (True, 21), found
    assert not log.verdict(kept=1)["intact"], "unless the policy says so, they are missing"


@pytest.mark.requirement(79)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_missing_archive_is_seen(log: Log, which: int) -> None:
    log.archives[which].unlink()
    found = log.verdict()
    assert (found["intact"], found["first_bad_record"]) == (False, 6 * which + 1)


@pytest.mark.requirement(79)
@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("kept", [1, 7])
def test_a_changed_archive_is_seen(log: Log, which: int, kept: int) -> None:
    path = log.archives[which]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":7'))
    found = log.verdict(kept=kept)
    assert found["intact"] == (which == 0 and kept == 7), "what is no longer kept counts no longer"


@pytest.mark.requirement(79)
def test_an_archive_cannot_be_made_the_first_one_by_who_has_todays_key(log: Log) -> None:
    """The second archive is made to say that it follows something else."""
    path = log.archives[1]
    path.chmod(0o600)
    text = path.read_bytes()
    head = json.loads(text.splitlines()[0])["follows"]["head"].encode()
    path.write_bytes(text.replace(head, b"0" * 64))
    found = log.verdict(kept=7)
    assert (found["intact"], found["first_bad_record"]) == (False, 7)


def test_an_anchor_of_the_last_record_before_what_is_kept_is_compared(log: Log) -> None:
    last = json.loads(log.archives[0].read_text().splitlines()[-1])
    assert log.verdict((6, last["mac"][:24]), kept=7)["intact"]
    assert not log.verdict((6, "0" * 24), kept=7)["intact"]


def test_a_record_that_was_torn_at_the_start_of_a_new_file_loses_nothing(log: Log) -> None:
    log.open().rotate()
    log.path.write_bytes(b'{"seq":23,"ha')
    log.open().append({"after": "the crash"}, durable=True)
    assert numbers(log.open()) == list(range(1, 25))
    assert log.verdict()["intact"] and log.verdict(kept=23)["intact"]


def test_the_chain_may_begin_anew_in_a_new_file(log: Log) -> None:
    log.open().rotate()
    log.open().begin("beef" * 16)
    for kept in (1, 19, 23):
        assert log.open().verify([SEED, "beef" * 16], kept=kept)["intact"], kept


SCRIPT = """
import sys
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.retention import Holdings
from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
journal = AuditJournal(sys.argv[1], lambda: 1_750_000_010.0, SigningKeys())
def attempt(name, act):
    try:
        act()
        print("done", name, flush=True)
    except Refusal as problem:
        print("refused", name, type(problem).__name__, flush=True)
attempt("one", lambda: journal.append({"what": "one"}, durable=True))
attempt("rotation", journal.rotate)
attempt("two", lambda: journal.append({"what": "two"}, durable=True))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    by_strace.needed()
    folder = tmp_path_factory.mktemp("rotation") / "box"
    folder.mkdir()
    Log(folder)
    yield folder


@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", by_strace.KILL])
def test_no_fault_at_any_system_call_of_a_rotation_loses_a_number_or_a_record(
        template: Path, tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "trial"
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    shutil.copytree(template, folder)
    points = [one for one in by_strace.points(command, str(folder), str(tmp_path / "log"))
              if one.call not in ("read", "pread64", "close", "flock")]
    assert {"rename", "chmod", "ftruncate", "fdatasync", "write"} <= {one.call for one in points}
    assert list(by_strace.tried(command, points, fault, (template, folder), wrong)) == []


def wrong(folder: Path, done: "subprocess.CompletedProcess[str]") -> Iterator[str]:
    """What is not as it was promised, before and after another process has written."""
    if "Traceback" in done.stderr:
        yield done.stderr
    promised = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("done")} - {"rotation"}
    for time in ("before", "after"):
        journal = AuditJournal(str(folder), lambda: 1_750_000_020.0, SigningKeys())
        if time == "after":
            journal.append({"what": "afterwards"}, durable=True)
        found = numbers(journal)
        if found != list(range(1, len(found) + 1)):
            yield f"{time}: {found}"
        if lost := promised - {str(one.get("what")) for one in journal.newest()}:
            yield f"{time}: lost {lost}"
        verdict = journal.verify([SEED])
        if not verdict["intact"]:
            yield f"{time}: {verdict}"


def test_events_are_put_away_by_size_and_only_so_many_are_kept(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path), EVENTS, Limit(1000, 3))
    for number in range(100):
        journal.append({"text": f"{number:050}"}, durable=False)
    names = sorted(os.listdir(tmp_path))
    assert len([one for one in names if one.startswith("events-")]) == 3
    kept = numbers(LineJournal(str(tmp_path), EVENTS))
    assert kept == list(range(kept[0], 101)) and 30 < len(kept) < 70
    sizes = [os.stat(tmp_path / one).st_blocks * 512 for one in names if one.startswith("events-")]
    assert max(sizes) < space.RESERVE, "no archive keeps a reserve behind its end"


def test_eight_processes_that_put_away_number_without_a_gap(tmp_path: Path) -> None:
    script = ("import sys; from sysmgmt.store.journal import LineJournal, Limit\n"
              "journal = LineJournal(sys.argv[1], 'events.journal', Limit(2000, 1000))\n"
              "for number in range(100): journal.append({'n': number}, durable=False)")
    processes = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(8)]
    assert [process.wait() for process in processes] == [0] * 8
    assert numbers(LineJournal(str(tmp_path), EVENTS)) == list(range(1, 801))


def test_what_is_written_together_has_the_lock_anew_behind_each_file_that_is_put_away(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, real = LineJournal(str(tmp_path), EVENTS, Limit(200, 1000)), files.write_all
    unlocked: list[bytes] = []

    def write_all(descriptor: int, data: bytes) -> None:
        with open(tmp_path / "events.lock", "rb") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unlocked.append(data)
        real(descriptor, data)

    def write() -> None:
        for number in range(20):
            journal.append({"n": number}, durable=True)
    monkeypatch.setattr(files, "write_all", write_all)
    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unlocked == [] and numbers(LineJournal(str(tmp_path), EVENTS)) == list(range(1, 401))


def test_an_archive_whose_name_may_not_stay_is_told_of(tmp_path: Path) -> None:
    LineJournal(str(tmp_path), EVENTS).append({}, durable=True)
    with refusing("fsync", EIO), pytest.raises(StorageUncertain):
        RotatedFiles(str(tmp_path / EVENTS)).put(1, 1)


def test_before_anything_was_written_there_are_no_holdings(tmp_path: Path) -> None:
    assert AuditFiles(str(tmp_path)).holdings() == Holdings((), 0, None)
    assert list(AuditFiles(str(tmp_path)).lines()) == []


def test_lost_records_are_forgotten_as_they_were_reported(tmp_path: Path) -> None:
    found = AuditFiles(str(tmp_path))
    losses = Losses(str(tmp_path))
    losses.make()
    losses.add(5)
    losses.make()
    assert found.lost() == 5
    found.forget_lost(3)
    assert found.lost() == 2
    found.forget_lost(9)
    assert found.lost() == 0
