"""The audit proves itself: whatever is done to it is found, and the first bad record is named."""

import hashlib
import json
from errno import EIO, ENOSPC
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.errors import StorageFailed, StorageFull
from sysmgmt.store import chain
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.auditfiles import AuditFiles
from sysmgmt.vault.signing import SigningKeys
from tests.support.clock import HeldClock
from tests.support.journals import audit_in
from tests.support.kernel import refusing

SEED = "5eed" * 16


class Log:
    """An audit journal in a folder, with four epochs of five records and one checkpoint after the second."""

    def __init__(self, folder: Path) -> None:
        self.clock = HeldClock()
        self.folder = folder
        self.path = folder / "audit.journal"
        self.key = folder / "audit.key"
        journal = self.open()
        journal.append({"before": "the chain"}, durable=True)
        journal.begin(SEED)
        for epoch in range(4):
            for number in range(5):
                journal.append({"epoch_of_test": epoch, "n": number}, durable=False)
            if epoch == 1:
                journal.checkpoint()
            self.clock.move(61)
        self.anchor = journal.anchor()

    def open(self) -> AuditJournal:
        """The journal, as another process has it."""
        return audit_in(self.folder, self.clock)

    def verdict(self, known: tuple[int, str] | None = None) -> dict[str, Any]:
        """What verifying says."""
        return dict(self.open().verify([SEED], known))

    def lines(self) -> list[bytes]:
        """The lines of the file."""
        return self.path.read_bytes().splitlines(keepends=True)

    def write(self, lines: list[bytes]) -> None:
        """Put other lines into the file."""
        self.path.write_bytes(b"".join(lines))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log whose last epoch began with record 19."""
    return Log(tmp_path)


def test_an_untouched_log_is_intact(log: Log) -> None:
    found = log.verdict(log.anchor)
    assert found == {"intact": True, "records": 23, "head": log.anchor[1], "checkpoints": 1,
                     "first_bad_record": None, "reason": None, "gaps": []}
    assert log.anchor[0] == 23 == len(log.lines())
    epochs = [json.loads(line).get("epoch") for line in log.lines()]
    assert [one for one in epochs if one is not None] == [0, 1, 2, 3, 4]


def test_a_checkpoint_says_what_it_signs(log: Log) -> None:
    line, before = log.lines()[12], json.loads(log.lines()[11])
    told = json.loads(line)["checkpoint"]
    public, message = told["public"], chain.promise(chain.name_of(SEED), 12, before["mac"], told["public"])
    assert told == {"count": 12, "head": before["mac"], "public": public, "signature": told["signature"]}
    first = json.loads(log.lines()[1])["public"]
    assert SigningKeys().is_signed(first, message, told["signature"]), "with the key before, which others knew already"


def test_a_checkpoint_whose_own_record_begins_an_epoch_leaves_the_log_intact(log: Log) -> None:
    journal = log.open()
    for _ in range(3):
        journal.append({"n": 0}, durable=False)
        log.clock.move(61)
        journal.checkpoint()
        log.clock.move(61)
        journal.checkpoint()
    journal.append({"n": 0}, durable=False)
    found = log.verdict()
    assert (found["intact"], found["checkpoints"]) == (True, 4), found


Tampering = Callable[[list[bytes], int], list[bytes]]
KINDS: dict[str, Tampering] = {
    "edit": lambda lines, at: [*lines[:at], lines[at].replace(b'"n":', b'"m":'), *lines[at + 1:]],
    "delete": lambda lines, at: [*lines[:at], *lines[at + 1:]],
    "reorder": lambda lines, at: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2:]],
    "duplicate": lambda lines, at: [*lines[:at + 1], lines[at], *lines[at + 1:]],
    "insert": lambda lines, at: [*lines[:at], b'{"seq":%d,"forged":1}\n' % (at + 1), *lines[at:]],
    "cut the end": lambda lines, at: lines[:at],
    "empty": lambda lines, at: [],
    "half a line": lambda lines, at: [*lines[:at], lines[at][:20]],
}


@pytest.mark.requirement(79)
@pytest.mark.parametrize("at", [2, 9, 14, 17])
@pytest.mark.parametrize("kind", KINDS)
def test_tampering_before_the_current_epoch_is_found_without_an_anchor(log: Log, kind: str, at: int) -> None:
    log.write(KINDS[kind](log.lines(), at))
    found = log.verdict()
    assert not found["intact"] and found["reason"]
    assert found["first_bad_record"] <= at + 2, "the first bad record is named"


def test_who_has_the_seed_as_well_cannot_forge_what_a_checkpoint_has_signed(log: Log) -> None:
    """The strongest attacker, who has opened the master key: only the signatures are left."""
    key, head, forged = "", "", []
    for number, line in enumerate(log.lines(), 1):
        record = json.loads(line)
        mac = record.pop("mac", None)
        if number == 4:
            record["n"] = 99
        if mac:
            head = head or mac_before(log)
        if record.get("epoch") is not None:
            record["tag"] = chain.tag(key or SEED, chain.name_of(SEED), record["epoch"], (number - 1, head))
            key = chain.key_after(key or SEED)
        if mac:
            text = json.dumps(record, separators=(",", ":")).encode()
            head = chain.mac(key, head, text)
            line = text[:-1] + b',"mac":"%b"}\n' % head.encode()
        forged.append(line)
    log.write(forged)
    found = log.verdict()
    assert (found["intact"], found["reason"]) == (
        False, "its signature is wrong, or it does not sign what comes before it")
    assert found["first_bad_record"] == 13


def mac_before(log: Log) -> str:
    """What stands for the record before the chain."""
    return hashlib.sha256(log.lines()[0]).hexdigest()


def test_the_key_of_an_epoch_that_is_over_is_gone_from_the_files(log: Log) -> None:
    keys, key = [], SEED
    for _ in range(5):
        key = chain.key_after(key)
        keys.append(key)
    text = b"".join(one.read_bytes() for one in log.folder.iterdir())
    assert keys[-1].encode() in text, "the one in force is there"
    assert not [one for one in (*keys[:-1], SEED) if one.encode() in text or bytes.fromhex(one) in text]


@pytest.mark.parametrize("lost", ["record", "key"])
def test_either_order_of_a_crash_between_key_and_record_verifies(log: Log, lost: str) -> None:
    key, text = log.key.read_bytes(), log.path.read_bytes()
    log.clock.move(61)
    log.open().append({"next": "epoch"}, durable=True)
    assert log.verdict()["intact"]
    if lost == "record":
        log.path.write_bytes(text)
        assert log.verdict()["intact"], "the key was durable, its first record was not"
    else:
        log.key.write_bytes(key)
        assert not log.verdict()["intact"], "the key is durable before its first record, so this is no crash"


def test_two_processes_chain_their_records_in_turn(log: Log) -> None:
    one, other = log.open(), log.open()
    for number in range(6):
        (one if number % 2 else other).append({"n": number}, durable=False)
        log.clock.move(30)
    assert log.verdict()["intact"] and log.verdict()["records"] == 29


def test_a_torn_record_is_no_tampering(log: Log) -> None:
    with open(log.path, "ab") as file:
        file.write(b'{"seq":24,"half')
    assert log.verdict(log.anchor)["intact"]
    log.open().append({"after": "the crash"}, durable=True)
    found = log.verdict(log.anchor)
    assert found["intact"] and found["records"] == 25


def test_what_is_torn_before_the_chain_is_proven_with_the_rest(tmp_path: Path) -> None:
    journal, path = AuditJournal(str(tmp_path), lambda: 1.5, SigningKeys()), tmp_path / "audit.journal"
    journal.append({"n": 1}, durable=True)
    path.write_bytes(path.read_bytes() + b'{"seq":2,"half')
    journal.append({"n": 2}, durable=True)
    journal.begin(SEED)
    assert journal.verify([SEED])["intact"]
    path.write_bytes(path.read_bytes().replace(b"half", b"have"))
    found = journal.verify([SEED])
    assert not found["intact"] and found["first_bad_record"] == 4


def test_an_anchor_of_a_torn_log_is_that_of_a_record_which_is_there(log: Log) -> None:
    with open(log.path, "ab") as file:
        file.write(b'{"seq":24,"half')
    journal = log.open()
    anchor = journal.anchor()
    assert anchor[0] == 24 == json.loads(log.lines()[-1])["seq"] and log.verdict(anchor)["intact"]
    log.clock.move(61)
    journal.append({"after": "the crash, in the next epoch"}, durable=True)
    assert journal.anchor()[0] == 25 and log.verdict(anchor)["intact"] and log.verdict(log.anchor)["intact"]


def test_what_cannot_be_made_durable_is_neither_told_nor_signed(log: Log) -> None:
    for act in (AuditJournal.anchor, AuditJournal.checkpoint, lambda journal: journal.begin("beef" * 16),
                lambda journal: journal.verify([SEED])):
        journal = log.open()
        journal.append({"n": "not synced"}, durable=False)
        key = log.key.read_bytes()
        with refusing("fdatasync", EIO, times=1000), pytest.raises(StorageFailed):
            act(journal)
        assert log.key.read_bytes() == key
    assert log.verdict(log.anchor)["intact"]


def test_another_chain_does_not_begin_while_it_is_written_already(log: Log) -> None:
    text = log.path.read_bytes()
    log.open().begin(SEED)
    assert log.path.read_bytes() == text


def test_records_that_are_lost_can_be_counted_from_the_beginning_of_a_chain_on(tmp_path: Path) -> None:
    journal = AuditJournal(str(tmp_path), lambda: 1.5, SigningKeys())
    journal.begin(SEED)
    with refusing("write", ENOSPC, times=1000), pytest.raises(StorageFull):
        journal.append({"n": 1}, durable=True)
    assert AuditFiles(str(tmp_path)).lost() == 1


def test_a_second_chain_goes_on_where_the_first_one_ended(log: Log) -> None:
    log.open().begin("beef" * 16)
    log.open().append({"in": "the second"}, durable=True)
    both = log.open().verify([SEED, "beef" * 16])
    assert both["intact"] and both["records"] == 25
    assert log.verdict()["reason"] == "it begins a chain that this box has not begun"


def test_a_missing_key_file_is_named(log: Log) -> None:
    log.key.unlink()
    found = log.verdict()
    assert (found["reason"], found["first_bad_record"]) == ("the file audit.key is missing", 24)
