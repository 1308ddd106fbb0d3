"""What a power cut leaves of the audit: it is told of once, proven to be no more than that, and never forgotten."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
from tests.support.clock import HeldClock
from tests.tamper.attackers import KINDS
from tests.tamper.logs import Line

SEED = "5eed" * 16
SYNCED = 5
"""How many records the log has, of which none is lost when the power is cut."""


class Log:
    """A log in its second epoch: of SYNCED records all are on the disk, of three more perhaps."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path, self.clock = folder, folder / "audit.journal", HeldClock()
        journal = self.open("first")
        journal.append({"before": "the chain"}, durable=True)
        journal.begin(SEED)
        journal.append({"n": 3}, durable=False)
        self.clock.move(61)
        journal.append({"n": 4}, durable=False)
        journal.append({"n": 5}, durable=True)
        self.anchor = journal.anchor()
        self.synced = self.path.read_bytes()
        for number in (6, 7, 8):
            journal.append({"n": number}, durable=False)
        self.later = journal.anchor()
        self.whole = self.path.read_bytes()

    def open(self, boot: str) -> AuditJournal:
        """The journal in the hands of a new process, since that start of the machine."""
        return AuditJournal(str(self.folder), lambda: self.clock.now, SigningKeys(), lambda: boot)

    def go_on(self, boot: str = "second") -> None:
        """Append two records."""
        journal = self.open(boot)
        journal.append({"n": "next"}, durable=True)
        self.clock.move(61)
        journal.append({"n": "last"}, durable=True)

    def verdict(self, known: tuple[int, str] | None = None) -> dict[str, Any]:
        """What verifying says."""
        return dict(self.open("later").verify([SEED], known))

    def lines(self) -> list[bytes]:
        """The lines of the file."""
        return self.path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def log(folder: Path) -> Log:
    return Log(folder / "log")


def hole(log: Log, begin: int, end: int) -> bytes:
    """The log with zeros in a part of what was not synced."""
    at = len(log.synced)
    return log.whole[:at + begin] + bytes(end - begin) + log.whole[at + end:]


LEFT: dict[str, Callable[[Log], bytes]] = {
    "a hole in a record": lambda log: hole(log, 20, 60), "a hole over a line's end": lambda log: hole(log, 100, 200),
    "the last one only": lambda log: log.synced + log.whole[len(log.synced):].splitlines(keepends=True)[2],
    "the first half of one": lambda log: log.whole[:len(log.synced) + 50],
    "nothing but zeros": lambda log: log.synced + bytes(3000),
    "zeros and a torn one": lambda log: log.synced + bytes(700) + log.whole[len(log.synced) + 700:-30]}


@pytest.mark.parametrize("left", LEFT)
def test_what_a_power_cut_left_is_told_of_and_the_log_goes_on(log: Log, left: str) -> None:
    torn = LEFT[left](log)
    log.path.write_bytes(torn)
    log.go_on()
    found = log.verdict()
    assert found["intact"], found
    assert [one["first"] - SYNCED in (1, 2) for one in found["gaps"]] == [True]
    assert log.path.read_bytes().startswith(torn), "what was left stays"
    log.go_on("third")
    assert log.verdict()["gaps"] == found["gaps"], "for ever"
    assert log.verdict(log.anchor)["intact"]


def test_what_was_synced_behind_the_last_anchor_may_be_whole(log: Log) -> None:
    log.go_on()
    assert log.verdict()["intact"] and log.verdict()["gaps"] == [] and log.verdict(log.later)["intact"]


def test_records_that_vanished_altogether_leave_no_gap(log: Log) -> None:
    log.path.write_bytes(log.synced)
    log.go_on()
    assert log.verdict()["intact"] and log.verdict()["gaps"] == [] and log.verdict(log.anchor)["intact"]


@pytest.mark.parametrize("left", LEFT)
def test_an_anchor_shows_that_records_are_missing_which_had_been_there(log: Log, left: str) -> None:
    log.path.write_bytes(LEFT[left](log))
    log.go_on()
    found = log.verdict(log.later)
    assert not found["intact"] and type(found["first_bad_record"]) is int


def test_without_another_start_of_the_machine_nothing_is_explained(log: Log) -> None:
    log.path.write_bytes(hole(log, 20, 60))
    log.go_on("first")
    assert not log.verdict()["intact"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [2, 3])
def test_no_start_explains_what_was_done_before_the_current_epoch(log: Log, kind: str, at: int) -> None:
    """The epoch began with the fourth record: neither is a power cut."""
    told = [Line(line, 0) for line in log.lines()]
    log.path.write_bytes(b"".join(one.text for one in KINDS[kind](told, 0 if kind == "empty" else at - 1)))
    if kind != "empty":
        log.go_on()
    assert not log.verdict()["intact"]


@pytest.mark.parametrize("what", ["first", "bytes", "digest", "seq", "time"])
def test_a_record_explains_nothing_but_what_it_was_written_for(log: Log, what: str) -> None:
    log.path.write_bytes(hole(log, 20, 60))
    log.go_on()
    lines = log.lines()
    place = next(number for number, line in enumerate(lines) if b'"gap"' in line)
    record = json.loads(lines[place])
    (record if what in record else record["gap"])[what] = "0" if what == "digest" else 7
    lines[place] = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    log.path.write_bytes(b"".join(lines))
    assert not log.verdict()["intact"]
    assert log.verdict()["first_bad_record"] == SYNCED + 1


def test_the_record_that_explains_tells_exactly_what_was_left(log: Log) -> None:
    torn = hole(log, 20, 60)
    log.path.write_bytes(torn)
    log.go_on()
    record = json.loads(next(line for line in log.lines() if b'"gap"' in line))
    assert record["seq"] == SYNCED + 4, "what follows the hole has its numbers"
    left = torn[len(log.synced):]
    assert record["gap"] == {"first": SYNCED + 1, "bytes": len(left), "digest": hashlib.sha256(left).hexdigest()}
    assert log.verdict((record["seq"], record["mac"]))["intact"]
    assert not log.verdict((record["seq"], "00" * 32))["intact"], "an anchor of it is compared"


def test_what_was_told_of_before_is_not_told_of_again(log: Log) -> None:
    journal = log.open("first")
    log.path.write_bytes(log.whole + b'{"torn by a kill')
    journal.append({"n": 9}, durable=True)
    kept = log.path.read_bytes()
    log.path.write_bytes(kept + bytes(50) + b"\n")
    log.go_on()
    told = json.loads(next(line for line in log.lines() if b'"gap"' in line))["gap"]
    assert told["bytes"] == 51 and log.path.read_bytes().startswith(kept) and log.verdict()["intact"]


def test_a_start_before_which_nothing_was_written_is_no_gap(log: Log) -> None:
    log.go_on()
    log.clock.move(61)
    for boot in ("third", "fourth"):
        log.open(boot).checkpoint()
        log.go_on(boot)
    assert log.verdict()["intact"] and log.verdict()["gaps"] == []


def test_what_is_left_cannot_be_changed_later(log: Log) -> None:
    log.path.write_bytes(hole(log, 20, 60))
    log.go_on()
    text = log.path.read_bytes()
    log.path.write_bytes(text[:len(log.synced)] + b"x" + text[len(log.synced) + 1:])
    assert not log.verdict()["intact"]


def test_the_first_records_of_a_file_may_be_torn(log: Log) -> None:
    journal = log.open("first")
    journal.rotate()
    journal.append({"n": "a"}, durable=False)
    journal.append({"n": "b"}, durable=False)
    log.path.write_bytes(bytes(100) + log.path.read_bytes()[100:])
    log.go_on()
    assert log.verdict()["intact"] and len(log.verdict()["gaps"]) == 1, log.verdict()
    told = next(line for line in log.lines() if b'"gap"' in line)
    assert b'"follows"' in told, "it can be verified without the archive too"
    assert b'"follows"' not in log.lines()[-1]


@pytest.mark.parametrize("before", [0, 1])
def test_the_first_epoch_may_be_torn_whether_anything_was_before_it_or_not(folder: Path, before: int) -> None:
    def journal_of(boot: str) -> AuditJournal:
        return AuditJournal(str(folder / "new"), lambda: 1.5, SigningKeys(), lambda: boot)
    journal = journal_of("first")
    for _ in range(before):
        journal.append({"before": "the chain"}, durable=True)
    journal.begin(SEED)
    journal.append({"n": 1}, durable=True)
    path = folder / "new" / "audit.journal"
    synced = len(path.read_bytes())
    journal.append({"n": 2}, durable=False)
    journal.append({"n": 3}, durable=False)
    path.write_bytes(path.read_bytes()[:synced] + bytes(40) + path.read_bytes()[synced + 40:])
    journal_of("second").append({"n": "next"}, durable=True)
    found = journal_of("second").verify([SEED])
    assert found["intact"] and [one["first"] for one in found["gaps"]] == [before + 3], found


def test_power_may_be_cut_again_while_it_is_told(log: Log) -> None:
    """The key of the next epoch comes when what it follows has been synced, and before a record of it."""
    log.path.write_bytes(hole(log, 20, 60))
    before, key = len(log.path.read_bytes()), log.folder / "audit.key"
    old = key.read_bytes()
    log.open("second").append({"n": "next"}, durable=False)
    new, told = key.read_bytes(), log.path.read_bytes()
    explained = told.index(b"\n", told.index(b'"gap"')) + 1
    for cut in sorted({explained - 1, explained, explained + 1, *range(before, len(told), 29), len(told)}):
        for one in ([old] if cut <= explained else []) + ([new] if cut >= explained else []):
            log.path.write_bytes(told[:cut])
            key.write_bytes(one)
            log.go_on(f"boot {cut}")
            assert log.verdict()["intact"] and log.verdict(log.anchor)["intact"], (cut, log.verdict())
