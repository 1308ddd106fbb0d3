"""Damage is named and refused; only a last line that a crash tore is dropped."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StateDamaged
from sysmgmt.domain.model import State
from sysmgmt.store import lines, snapshot
from sysmgmt.store.state import StateStore
from sysmgmt.store.writeahead import WriteAhead
from tests.store.boxes import add


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """Two users in the state file, three transactions in the journal."""
    store = StateStore(str(tmp_path / "state"))
    add(store, "a", "b")
    store.compact()
    for name in ("c", "d", "e"):
        add(store, name)
    return tmp_path / "state"


def read(box: Path) -> State | None:
    """The state as a new process reads it; None where it says that the state is damaged."""
    try:
        return StateStore(str(box)).read()
    except StateDamaged as damage:
        assert "state.j" in str(damage)
        return None


def read_all(box: Path) -> None:
    """Read the state as a new process does."""
    StateStore(str(box)).read()


def flips(content: bytes) -> Iterator[bytes]:
    """`content` with each bit that makes up a byte flipped in turn, and with each byte zeroed."""
    for place, byte in enumerate(content):
        for bit in range(8):
            yield content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1:]
        yield content[:place] + b"\0" + content[place + 1:]
        yield content[:place] + content[place + 1:]


@pytest.mark.requirement(110)
def test_every_change_of_a_byte_of_the_state_file_is_detected(box: Path) -> None:
    content, known = (box / "state.json").read_bytes(), read(box)
    for changed in flips(content):
        (box / "state.json").write_bytes(changed)
        assert read(box) in (None, known)


def test_every_change_of_a_byte_before_the_last_line_of_the_journal_is_detected(box: Path) -> None:
    content, known = (box / "state.journal").read_bytes(), read(box)
    last = content[:-1].rindex(b"\n") + 1
    for changed in flips(content[:last]):
        (box / "state.journal").write_bytes(changed + content[last:])
        assert read(box) in (None, known)


def test_a_change_of_a_byte_of_the_last_line_at_most_drops_it(box: Path) -> None:
    content, known = (box / "state.journal").read_bytes(), read(box)
    last = content[:-1].rindex(b"\n") + 1
    (box / "state.journal").write_bytes(content[:last])
    before = read(box)
    for changed in flips(content[last:]):
        (box / "state.journal").write_bytes(content[:last] + changed)
        assert read(box) in (None, known, before)


def test_a_journal_cut_anywhere_in_the_last_line_gives_the_state_before_it(box: Path) -> None:
    content = (box / "state.journal").read_bytes()
    last = content[:-1].rindex(b"\n") + 1
    for end in range(last, len(content)):
        (box / "state.journal").write_bytes(content[:end])
        store = StateStore(str(box))
        assert list(store.read().accounts) == ["a", "b", "c", "d"]
        assert store.check()["dropped_bytes"] == end - last


def test_the_next_writer_overwrites_a_torn_line(box: Path) -> None:
    content = (box / "state.journal").read_bytes()
    last = content[:-1].rindex(b"\n") + 1
    for end in range(last, len(content), 7):
        (box / "state.journal").write_bytes(content[:end])
        reader = StateStore(str(box))
        reader.read()
        add(StateStore(str(box)), "f")
        assert StateStore(str(box)).check()["dropped_bytes"] == 0
        assert list(reader.read().accounts) == ["a", "b", "c", "d", "f"]
        (box / "state.journal").write_bytes(content)


def test_a_last_line_that_was_filled_with_zeros_or_rubbish_is_dropped(box: Path) -> None:
    content = (box / "state.journal").read_bytes()
    for rubbish in (b"\0" * 5000, b"\xff" * 100, b"{\n", b"\n", b"[" * 200000):
        (box / "state.journal").write_bytes(content + rubbish)
        assert list(StateStore(str(box)).read().accounts) == ["a", "b", "c", "d", "e"]


def test_the_damaged_line_is_named(box: Path) -> None:
    content = (box / "state.journal").read_bytes()
    (box / "state.journal").write_bytes(content.replace(b'"c"', b'"x"'))
    with pytest.raises(StateDamaged, match=r"state\.journal: line 2 is damaged"):
        StateStore(str(box)).read()


def test_damage_is_not_repaired_by_a_writer(box: Path) -> None:
    content = (box / "state.journal").read_bytes().replace(b'"c"', b'"x"')
    (box / "state.journal").write_bytes(content)
    with pytest.raises(StateDamaged):
        add(StateStore(str(box)), "f")
    with pytest.raises(StateDamaged):
        StateStore(str(box)).compact()
    assert (box / "state.journal").read_bytes() == content


def test_damage_under_a_running_reader_is_detected(box: Path) -> None:
    store = StateStore(str(box))
    store.read()
    with open(box / "state.journal", "ab") as journal:
        journal.write(b"rubbish\nmore rubbish\n")
    for _ in range(2):
        with pytest.raises(StateDamaged):
            store.read()


@pytest.mark.requirement(110)
@pytest.mark.parametrize("name", ["state.json", "state.journal"])
@pytest.mark.parametrize("how", ["missing", "empty", "a folder"])
def test_a_file_that_is_missing_or_empty_is_damage(box: Path, name: str, how: str) -> None:
    store = StateStore(str(box))
    store.read()
    os.unlink(box / name)
    if how == "empty":
        (box / name).write_bytes(b"")
    if how == "a folder":
        (box / name).mkdir()
    fresh = StateStore(str(box))
    acts: list[Callable[[], object]] = [
        fresh.read, fresh.read, fresh.compact, lambda: add(fresh, "f"), fresh.check, fresh.read]
    for act in acts:
        with pytest.raises(StateDamaged):
            act()
    if name == "state.journal":
        with pytest.raises(StateDamaged):
            store.read()


def test_on_a_new_box_without_compaction_no_file_may_be_missing_either(tmp_path: Path) -> None:
    for name in ("state.json", "state.journal"):
        box = tmp_path / name
        add(StateStore(str(box)), "a")
        os.unlink(box / name)
        assert read(box) is None


def test_files_of_different_ages_are_damage(box: Path) -> None:
    old = {name: (box / name).read_bytes() for name in ("state.json", "state.journal")}
    StateStore(str(box)).compact()
    add(StateStore(str(box)), "f")
    assert read(box) is not None
    new = {name: (box / name).read_bytes() for name in ("state.json", "state.journal")}
    (box / "state.json").write_bytes(old["state.json"])
    assert read(box) is None
    (box / "state.json").write_bytes(new["state.json"])
    (box / "state.journal").write_bytes(old["state.journal"][:-100])
    assert read(box) is None


def test_a_crash_between_the_two_files_of_a_compaction_is_no_damage(box: Path) -> None:
    journal, known = (box / "state.journal").read_bytes(), read(box)
    StateStore(str(box)).compact()
    (box / "state.journal").write_bytes(journal)
    assert read(box) == known
    store = StateStore(str(box))
    add(store, "f")
    assert list(StateStore(str(box)).read().accounts) == ["a", "b", "c", "d", "e", "f"]
    store.compact()
    assert read(box) == store.read()


HOSTILE = [
    {"accounts": {"1": {"name": "a"}}},
    {"accounts": {"1": {"role": "r"}}},
    {"accounts": {"1": {"name": "a", "role": "r", "extra": 1}}},
    {"accounts": {"1": {"name": "a", "role": 5}}},
    {"accounts": {"1": {"name": "a", "role": "r", "strikes": True}}},
    {"accounts": {"1": {"name": "a", "role": "r", "strikes": 10 ** 30}}},
    {"accounts": {"1": {"name": "a", "role": "r", "groups": "ab"}}},
    {"accounts": {"1": {"name": "a", "role": "r", "groups": [1]}}},
    {"accounts": {"1": {"name": "a", "role": "r", "locked_since": "now"}}},
    {"accounts": {"1": {"name": ["a"], "role": "r"}}},
    {"accounts": {"1": {"name": "a", "role": "r"}, "2": {"name": "a", "role": "r"}}},
    {"settings": {"1": {"hashing": []}}},
    {"settings": {"1": {"hashing": {"passes": None}}}},
    {"settings": {"1": {"installed_at": 10 ** 400}}},
    {"unknown": {"1": {}}},
]


@pytest.mark.requirement(123)
@pytest.mark.parametrize("tables", HOSTILE, ids=str)
def test_a_document_of_the_wrong_form_is_damage(box: Path, tables: snapshot.Tables) -> None:
    (box / "state.json").write_bytes(snapshot.write(snapshot.Snapshot(1, 1, tables)))
    (box / "state.journal").write_bytes(lines.header(lines.Header(1, 1)))
    with pytest.raises(StateDamaged):
        list(StateStore(str(box)).read().accounts.values())
    with pytest.raises(StateDamaged):
        StateStore(str(box)).check()


@pytest.mark.parametrize("change", [
    ["accounts", 1, {"name": "c", "role": "r"}], ["accounts", 9, {"role": "r"}], ["accounts", 9, {"name": ["x"]}],
    ["accounts", 9, {"name": "x", "role": 1}], ["unknown", 1, {}], ["settings", 1, {"x": 1}], ["seal", 1, {}],
    ["accounts", -1, {"name": "x", "role": "r"}], ["accounts", 10 ** 5000 % 7, 5], [1, 2, 3], []], ids=str)
def test_a_transaction_of_the_wrong_form_is_damage_to_old_and_new_readers(box: Path, change: object) -> None:
    store = StateStore(str(box))
    generation = store.read().generation
    for number in (1, 2):
        with open(box / "state.journal", "ab") as journal:
            journal.write(lines.line({"n": generation + number, "t": [change]}))
    for reader in (store, store, StateStore(str(box))):
        with pytest.raises(StateDamaged):
            list(reader.read().accounts.values())


@pytest.mark.requirement(123)
@pytest.mark.parametrize("rest", [
    b'"a": NaN}', b'"a": {"1": {"x": Infinity}}}', b'"a": {"1": {"x": "\\ud800"}}}', b'"a": ' + b"[" * 200000,
    b'"a": {"1": {"x": ' + b"9" * 10000 + b"}}}", b'"a": 5}', b'"a": {"1": 5}}', b'"a": {"-1": {}}}',
    b'"a": {"01": {}}}', b'"a": {"x": {}}}', b'"a": {"\\u0661": {}}}', b'"seal": {"1": {}}}', b"", b"}", b"\xff"])
def test_what_is_no_strict_json_of_tables_is_damage_even_with_the_right_checksum(box: Path, rest: bytes) -> None:
    from zlib import crc32
    seal = {"1": {"format": 1, "generation": 5, "crc": f"{crc32(rest, crc32(b'1 5' + bytes([10]))):08x}"}}
    (box / "state.json").write_bytes(f'{{"seal": {json.dumps(seal)},\n'.encode() + rest)
    (box / "state.journal").write_bytes(lines.header(lines.Header(1, 5)))
    with pytest.raises(StateDamaged):
        StateStore(str(box)).read()


def test_a_table_that_nobody_knows_is_named(box: Path) -> None:
    store = StateStore(str(box))
    known = store.read()
    with open(box / "state.journal", "ab") as journal:
        journal.write(lines.line({"n": known.generation + 1, "t": [["future", 1, {}]]}))
    for act in (store.read, StateStore(str(box)).read, StateStore(str(box)).check):
        with pytest.raises(StateDamaged, match="tables: .*'future'.* unknown"):
            act()


def test_a_user_who_is_there_twice_is_named(box: Path) -> None:
    users = {"accounts": {"1": {"name": "a", "role": "r"}, "2": {"name": "a", "role": "r"}}}
    (box / "state.json").write_bytes(snapshot.write(snapshot.Snapshot(1, 1, users)))
    (box / "state.journal").write_bytes(lines.header(lines.Header(1, 1)))
    with pytest.raises(StateDamaged, match="table accounts: a name is missing or there twice"):
        read_all(box)


def test_a_header_without_its_end_is_named_though_it_is_all_that_is_there(tmp_path: Path) -> None:
    StateStore(str(tmp_path)).compact()
    header = (tmp_path / "state.journal").read_bytes()
    for text in (header[:-1], header.replace(b"format", b"former")):
        (tmp_path / "state.journal").write_bytes(text)
        with pytest.raises(StateDamaged, match="state.journal: line 1 is damaged"):
            read_all(tmp_path)


def test_a_journal_that_cannot_be_begun_is_not_followed(box: Path) -> None:
    log = WriteAhead(str(box))
    assert log.open() and log.replay()
    (box / "state.journal").write_bytes(b"nonsense\n")
    with pytest.raises(StateDamaged, match="state.journal: line 1 is damaged"):
        log.open()
    assert log.moved() and log.torn() == 0 and log.replay() == []


def test_a_box_that_is_made_anew_is_followed(box: Path) -> None:
    store = StateStore(str(box))
    assert list(store.read().accounts) == ["a", "b", "c", "d", "e"]
    for one in box.iterdir():
        one.unlink()
    StateStore(str(box)).compact()
    assert store.read() == State()
