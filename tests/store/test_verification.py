"""What the verification of the audit finds wrong with single records, and what it does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.store import chain
from sysmgmt.store.chain import Link
from sysmgmt.store.journal import record_of
from sysmgmt.store.verification import Anchor, Broken, Verifier
from sysmgmt.vault.signing import SigningKeys
from tests.support.clock import HeldClock
from tests.support.journals import audit_in

SEED, OTHER = "5eed" * 16, "beef" * 16
KEYS = SigningKeys()


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    """One record before the chain, three of its first epoch with a checkpoint, two of the second."""
    clock = HeldClock()
    journal = audit_in(tmp_path, clock)
    journal.append({"before": "the chain"}, durable=True)
    journal.begin(SEED)
    journal.append({"n": 1}, durable=False)
    journal.checkpoint()
    clock.move(61)
    journal.append({"n": 2}, durable=False)
    journal.append({"n": 3}, durable=False)
    return (tmp_path / "audit.journal").read_bytes().splitlines()


def link(tmp_path: Path) -> Link:
    """What the file of the key says."""
    found = chain.read((tmp_path / "audit.key").read_bytes())
    assert found
    return found


def verifier(known: Anchor | None = None, kept: int = 1, seeds: tuple[str, ...] = (SEED,)) -> Verifier:
    """A verifier of the chain that grows from SEED."""
    return Verifier(seeds, KEYS.is_signed, known, kept)


def wrong(given: list[bytes], known: Anchor | None = None, end: Link | None = None) -> tuple[int, str] | None:
    """The first bad record and what is wrong with it; None where all is well."""
    one = verifier(known)
    try:
        for line in given:
            one.read(line)
        if end:
            one.finish(end)
    except Broken as broken:
        return broken.number, str(broken)
    return None


def sealed(lines: list[bytes], at: int, change: Callable[[dict[str, Any]], None]) -> list[bytes]:
    """The lines of which one was changed, by somebody who knows the seed."""
    record = json.loads(lines[at])
    change(record)
    record.pop("mac")
    key, head = SEED, json.loads(lines[at - 1]).get("mac", "")
    for line in lines[:at + 1]:
        if "epoch" in json.loads(line):
            key = chain.key_after(key)
    text = json.dumps(record, separators=(",", ":")).encode()
    mac = chain.mac(key, head, text)
    return [*lines[:at], text[:-1] + b',"mac":"%b"}' % mac.encode(), *lines[at + 1:]]


def test_what_was_written_is_right_up_to_its_end(lines: list[bytes], tmp_path: Path) -> None:
    one = verifier()
    for line in lines:
        one.read(line)
    one.finish(link(tmp_path))
    assert (one.count, one.checkpoints, one.head) == (6, 1, json.loads(lines[-1])["mac"])
    assert wrong(sealed(lines, 4, lambda record: None)) is None, "the control of the forger below"


def test_a_line_that_is_no_record_is_torn_only_if_the_next_one_says_so(lines: list[bytes]) -> None:
    assert wrong([*lines, b'{"seq":7,'], end=None) is None
    assert wrong([*lines[:2], b'{"seq":3,', *lines[2:]]) == (3, "it cannot be read")
    assert wrong([*lines[:2], b"", *lines[2:]]) is None, "an empty line is nothing"


def test_a_record_has_the_next_number(lines: list[bytes]) -> None:
    assert wrong([*lines[:2], lines[3]]) == (3, "the record with the number 4 stands in its place")


def test_a_record_of_a_chain_before_any_has_begun_is_named(lines: list[bytes]) -> None:
    forged = lines[0][:-1] + b',"mac":"00"}'
    assert wrong([forged]) == (1, "it belongs to a chain that has not begun")


def test_a_chain_that_the_box_has_not_begun_is_named(lines: list[bytes]) -> None:
    one = verifier(seeds=(OTHER,))
    one.read(lines[0])
    with pytest.raises(Broken, match="it begins a chain that this box has not begun") as caught:
        one.read(lines[1])
    assert caught.value.number == 2


@pytest.mark.parametrize("epoch", [0, 2, 3, "1", None])
def test_epochs_follow_each_other(lines: list[bytes], epoch: object) -> None:
    forged = sealed(lines, 4, lambda record: record.update(epoch=epoch))
    assert wrong(forged) == (5, "it begins an epoch out of turn")


def test_an_epoch_begins_where_its_key_was_made(lines: list[bytes]) -> None:
    forged = sealed(lines, 4, lambda record: record.update(tag="00"))
    assert wrong(forged) == (5, "it begins an epoch that did not begin there")


def test_an_epoch_before_any_chain_is_out_of_turn() -> None:
    assert wrong([b'{"seq":1,"epoch":0}']) == (1, "it begins an epoch out of turn")


@pytest.mark.parametrize("told", [None, 5, {}, {"public": "00"}, {"public": "00", "signature": "00"}])
def test_a_checkpoint_that_is_none_is_named(lines: list[bytes], told: object) -> None:
    at = next(number for number, line in enumerate(lines) if b'"checkpoint"' in line)
    forged = sealed(lines, at, lambda record: record.update(checkpoint=told))
    assert wrong(forged) == (at + 1, "its signature is wrong, or it does not sign what comes before it")


def test_a_record_that_was_changed_is_named_and_so_is_one_whose_mac_is_gone(lines: list[bytes]) -> None:
    said = "it was changed, or what comes before it was"
    assert wrong([*lines[:2], lines[2].replace(b'"n":1', b'"n":2')]) == (3, said)
    assert wrong([*lines[:2], lines[2].split(b',"mac"')[0] + b"}"]) == (3, said)
    assert wrong([*lines[:2], lines[2] + b" "]) == (3, said)


def test_an_anchor_is_compared_with_the_record_it_was_noted_at(lines: list[bytes], tmp_path: Path) -> None:
    macs = [json.loads(line).get("mac", "") for line in lines]
    assert wrong(lines, Anchor(4, macs[3][:24]), link(tmp_path)) is None
    assert wrong(lines, Anchor(4, macs[4][:24])) == (
        4, "it is not the record that was last when the anchor was noted")
    assert wrong(lines, Anchor(7, macs[5]), link(tmp_path)) == (
        7, "there were 7 records when the anchor was noted")


def test_a_cut_end_or_another_key_is_found_by_the_file_of_the_key(lines: list[bytes], tmp_path: Path) -> None:
    said = "records at the end are missing, or audit.key is not the one they were written with"
    end = link(tmp_path)
    assert wrong(lines[:5], end=end) is None, "the key of an epoch is durable before its first record"
    assert wrong(lines[:4], end=end) == (5, said)
    for other in (end._replace(chain="x"), end._replace(epoch=end.epoch + 1), end._replace(records=3),
                  end._replace(key="00" * 32)):
        assert wrong(lines, end=other) == (7, said), other
    assert wrong(lines, end=end._replace(head="00")) == (6, "audit.key was changed")
    assert wrong(lines, end=end._replace(tag="00")) == (6, "audit.key was changed")


def test_an_epoch_that_has_no_record_yet_is_announced_with_all_it_follows(lines: list[bytes], tmp_path: Path) -> None:
    said = "records at the end are missing, or audit.key is not the one they were written with"
    now, head = link(tmp_path), json.loads(lines[-1])["mac"]
    end = chain.following(now, (6, head), 0.0)
    assert wrong(lines, end=end) is None
    for other in (chain.following(now, (6, "00" * 32), 0.0), chain.following(now, (5, head), 0.0),
                  chain.following(now._replace(epoch=now.epoch + 1), (6, head), 0.0),
                  end._replace(records=5), end._replace(head="00"), end._replace(key="00" * 32),
                  end._replace(tag="00"), end._replace(epoch=end.epoch + 1)):
        assert wrong(lines, end=other) == (7, said), other


def test_a_second_chain_without_a_record_is_announced_too(lines: list[bytes]) -> None:
    head = json.loads(lines[-1])["mac"]
    begun = chain.first(OTHER, (6, head), 0.0, KEYS.pair())
    one = verifier(seeds=(SEED, OTHER))
    for line in lines:
        one.read(line)
    one.finish(begun)
    for other in (begun._replace(records=5), begun._replace(tag="00")):
        with pytest.raises(Broken):
            one.finish(other)
    for seeds in ((SEED,), (SEED, OTHER)):
        with pytest.raises(Broken):
            verifier(seeds=seeds).finish(begun)
    assert wrong(lines, end=begun) == (
        7, "records at the end are missing, or audit.key is not the one they were written with"), "not of this box"


FOLLOWS = {"chain": chain.name_of(SEED), "head": "00" * 32, "public": "00"}


@pytest.mark.parametrize("more", [
    {}, {"epoch": 1}, {"follows": FOLLOWS}, {"epoch": "x", "follows": FOLLOWS}, {"epoch": None, "follows": FOLLOWS},
    {"epoch": 1, "follows": 5}, {"epoch": 1, "follows": {"chain": "x"}}])
def test_the_first_record_that_is_kept_tells_what_it_follows(more: dict[str, Any]) -> None:
    with pytest.raises(Broken, match="it does not tell what it follows") as caught:
        verifier(kept=7).read(json.dumps({"seq": 7, **more}).encode())
    assert caught.value.number == 7


@pytest.mark.parametrize("more", [
    {"epoch": -1, "follows": FOLLOWS}, {"epoch": 7, "follows": FOLLOWS},
    {"epoch": 1, "follows": FOLLOWS | {"chain": "x"}}])
def test_the_first_record_that_is_kept_belongs_to_a_chain_of_the_box(more: dict[str, Any]) -> None:
    with pytest.raises(Broken, match="it belongs to a chain that this box has not begun"):
        verifier(kept=7).read(json.dumps({"seq": 7, **more}).encode())


def test_what_follows_archives_that_are_gone_is_verified_from_its_first_record_on(tmp_path: Path) -> None:
    clock = HeldClock()
    journal = audit_in(tmp_path, clock)
    journal.begin(SEED)
    for number in range(3):
        journal.append({"n": number}, durable=False)
        clock.move(61)
    assert journal.rotate() == (1, 5)
    anchor = Anchor(*journal.anchor())
    journal.append({"n": 9}, durable=True)
    journal.append({"n": 10}, durable=True)
    text = (tmp_path / "audit.journal").read_bytes().splitlines()
    one = verifier(anchor, kept=6)
    for line in text:
        one.read(line)
    one.finish(link(tmp_path))
    assert b'"follows"' in text[0] and b'"follows"' not in text[1]
    assert one.count == 7 and (record_of(text[0]) or {})["follows"]["head"] == anchor.head
    with pytest.raises(Broken, match="not the record that was last"):
        verifier(Anchor(5, "00" * 32), kept=6).read(text[0])


def test_verifying_tells_how_far_it_has_come(tmp_path: Path) -> None:
    journal = audit_in(tmp_path, HeldClock())
    for number in range(2001):
        journal.append({"n": number}, durable=False)
    told: list[tuple[str, float, float | None]] = []
    found = journal.verify([SEED], report=lambda what, done, whole=None: told.append((what, done, whole)))
    size = (tmp_path / "audit.journal").stat().st_size
    assert found["intact"] and found["records"] == 2001 and found["head"] is None and found["checkpoints"] == 0
    assert [(what, whole) for what, _, whole in told] == [("Verifying the audit", size)] * 2
    assert 0 < told[0][1] < told[1][1] < size


def test_a_link_is_due_after_its_time_or_its_records() -> None:
    one = chain.first(SEED, (5, "head"), 100.0, ("private", "public"))
    assert one == Link(chain.name_of(SEED), 0, 5, "head", one.tag, 100.0, chain.key_after(SEED), "private", "public",
                       5, 100.0)
    assert not one.is_due(1004, 159.9) and one.is_due(1005, 100.0)
    assert one.is_due(5, 160.0) and not one.is_due(5, 100.0) and one.is_due(5, 99.9), "a clock may be set back"


def test_a_link_moves_on_with_or_without_other_signing_keys() -> None:
    one = chain.first(SEED, (5, "head"), 100.0, ("private", "public"))
    later = chain.following(one, (9, "other"), 200.0)
    assert (later.epoch, later.records, later.head, later.began) == (1, 9, "other", 200.0)
    assert (later.key, later.private, later.signed, later.made_at) == (chain.key_after(one.key), "private", 5, 100.0)
    assert chain.is_proven(one, SEED) and chain.is_proven(later, one.key) and not chain.is_proven(later, later.key)
    signed = chain.following(one, (9, "other"), 200.0, ("new", "half"))
    assert signed == later._replace(private="new", public="half", signed=9)
    assert chain.read(chain.written(signed)) == signed and chain.read(None) is None


def test_what_follows_archives_that_are_gone_may_begin_a_chain(tmp_path: Path) -> None:
    journal = audit_in(tmp_path, HeldClock())
    journal.begin(SEED)
    assert journal.rotate() == (1, 2)
    anchor = Anchor(*journal.anchor())
    journal.begin(OTHER)
    journal.append({"n": 1}, durable=True)
    one = verifier(anchor, kept=3, seeds=(SEED, OTHER))
    for line in (tmp_path / "audit.journal").read_bytes().splitlines():
        one.read(line)
    one.finish(link(tmp_path))
    assert one.count == 4


def test_only_another_start_that_is_known_is_another_one() -> None:
    one = chain.first(SEED, (5, "head"), 100.0, ("private", "public"))._replace(boot="first")
    assert one.is_of_before("second") and not one.is_of_before("first") and not one.is_of_before("")
    assert not one._replace(boot="").is_of_before("second")
