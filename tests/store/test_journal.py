"""A journal, of the audit or of events: numbered over all processes, never rewritten."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from errno import EIO
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.errors import StateDamaged, StorageFailed, StorageFull
from sysmgmt.store import space
from sysmgmt.store.journal import TORN, LineJournal
from tests.support.kernel import refusing


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.journal").read_text("ascii").splitlines()]


def test_a_record_gets_the_next_number_first_and_keeps_its_order(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path / "new"))
    journal.append({"z": 1, "a": 2}, durable=True)
    journal.append({"a": 2, "z": 1}, durable=False)
    journal.sync()
    text = (tmp_path / "new" / "audit.journal").read_text()
    assert text == '{"seq":1,"z":1,"a":2}\n{"seq":2,"a":2,"z":1}\n'
    assert {entry.stat().st_mode & 0o777 for entry in os.scandir(tmp_path / "new")} == {0o600}


@pytest.mark.requirement(87)
def test_control_characters_are_escaped(tmp_path: Path) -> None:
    LineJournal(str(tmp_path)).append({"text": "\x1b[2J\u202e\n\x9b\ud800"}, durable=False)
    text = (tmp_path / "audit.journal").read_bytes()
    assert text.count(b"\n") == 1 and text.isascii() and b"\x1b" not in text


def test_two_journals_share_one_sequence(tmp_path: Path) -> None:
    one, other = LineJournal(str(tmp_path)), LineJournal(str(tmp_path))
    for _ in range(3):
        one.append({}, durable=False)
        other.append({}, durable=False)
    assert [record["seq"] for record in records(tmp_path)] == [1, 2, 3, 4, 5, 6]


def test_eight_processes_number_without_a_gap(tmp_path: Path) -> None:
    script = ("import sys; from sysmgmt.store.journal import LineJournal; journal = LineJournal(sys.argv[1])\n"
              "for number in range(200): journal.append({'n': number}, durable=False)")
    processes = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(8)]
    assert [process.wait() for process in processes] == [0] * 8
    assert [record["seq"] for record in records(tmp_path)] == list(range(1, 1601))


@pytest.mark.parametrize("torn", ['{"seq":2,"a"', "{", "\0\0\0"])
def test_a_torn_record_stays_and_the_next_says_so(tmp_path: Path, torn: str) -> None:
    LineJournal(str(tmp_path)).append({"a": 1}, durable=True)
    with open(tmp_path / "audit.journal", "a") as file:
        file.write(torn)
    LineJournal(str(tmp_path)).append({"b": 1}, durable=True)
    lines = (tmp_path / "audit.journal").read_text().split("\n")
    assert lines[1] == torn
    assert json.loads(lines[2]) == {"seq": 2, "note": TORN}
    assert json.loads(lines[3]) == {"seq": 3, "b": 1}


def test_the_first_record_ever_may_be_torn(tmp_path: Path) -> None:
    (tmp_path / "audit.journal").write_text('{"se')
    LineJournal(str(tmp_path)).append({}, durable=True)
    assert (tmp_path / "audit.journal").read_text().count('"seq"') == 2


def test_the_last_number_is_found_behind_a_record_longer_than_a_block(tmp_path: Path) -> None:
    for size in (65500, 65536, 200000):
        LineJournal(str(tmp_path)).append({"x": "y" * size}, durable=False)
    LineJournal(str(tmp_path)).append({}, durable=False)
    assert [record["seq"] for record in records(tmp_path)] == [1, 2, 3, 4]


def test_a_journal_without_a_readable_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit.journal").write_text("rubbish\nmore\n")
    with pytest.raises(StateDamaged, match="audit.journal"):
        LineJournal(str(tmp_path)).append({}, durable=True)
    assert (tmp_path / "audit.journal").read_text() == "rubbish\nmore\n"


def test_records_go_to_a_new_file_when_somebody_removed_the_old_one(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path / "box"))
    journal.append({}, durable=True)
    os.rename(tmp_path / "box", tmp_path / "gone")
    os.unlink(tmp_path / "gone" / "audit.journal")
    journal.append({"here": 1}, durable=True)
    assert records(tmp_path / "box") == [{"seq": 1, "here": 1}]


def test_a_folder_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed):
        LineJournal(str(tmp_path / "file")).append({}, durable=True)


def test_what_is_no_json_is_not_half_written(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path))
    journal.append({"a": 1}, durable=False)
    with pytest.raises((TypeError, ValueError)):
        journal.append({"a": b""}, durable=False)
    journal.append({"a": 2}, durable=False)
    assert [record["seq"] for record in records(tmp_path)] == [1, 2]


def test_asking_where_no_box_is_creates_nothing(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path / "typo"))
    journal.append({"a": 1}, durable=False)
    assert not (tmp_path / "typo").exists()
    journal.append({"a": 2}, durable=True)
    assert records(tmp_path / "typo") == [{"seq": 1, "a": 2}]


def test_the_end_of_the_interpreter_says_nothing(tmp_path: Path) -> None:
    """Even for a store that lives until the modules are emptied, as one does that a thread or a module holds."""
    program = ("import os, sys\nfrom sysmgmt.store.journal import LineJournal\n"
               "from sysmgmt.store.state import StateStore\n"
               "os.kept = LineJournal(sys.argv[1]), StateStore(sys.argv[1])\n"
               "os.kept[0].append({}, True)\n"
               "with os.kept[1].writing() as transaction:\n"
               "    transaction.save(transaction.state)\n"
               "os.kept[1].read()\n")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_whoever_writes_waits_for_who_holds_the_lock(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path))
    journal.append({}, durable=True)
    held = os.open(tmp_path / "audit.lock", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    writer = threading.Thread(target=journal.append, args=({}, True))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive() and len(records(tmp_path)) == 1
    os.close(held)
    writer.join(20)
    assert not writer.is_alive() and len(records(tmp_path)) == 2


def test_a_file_whose_name_may_not_stay_is_not_written(tmp_path: Path) -> None:
    with refusing("fsync", EIO), pytest.raises(StorageFailed):
        LineJournal(str(tmp_path)).append({}, durable=True)
    assert (tmp_path / "audit.journal").read_text() == ""


@pytest.mark.parametrize("durable", [True, False])
def test_on_a_full_disk_the_reserve_is_for_those_alone_who_ask_for_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool) -> None:
    journal = LineJournal(str(tmp_path))
    monkeypatch.setattr(space, "keep", lambda *given: False)
    with pytest.raises(StorageFull):
        journal.append({"a": 1}, durable)
    journal.append({"a": 2}, durable, True)
    assert records(tmp_path) == [{"seq": 1, "a": 2}]


def test_the_reserve_is_kept_behind_the_end_also_when_a_write_failed(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path))
    journal.append({}, durable=True)
    with refusing("write", EIO, times=1), pytest.raises(StorageFailed):
        journal.append({}, durable=True)
    assert os.stat(tmp_path / "audit.journal").st_blocks * 512 >= space.RESERVE
    journal.append({"a": 1}, durable=True)
    assert records(tmp_path) == [{"seq": 1}, {"seq": 2, "a": 1}]
