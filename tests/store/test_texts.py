"""The texts on disk, byte for byte: what a box has written, every later release reads."""

import hmac
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from sysmgmt.domain.errors import StateDamaged
from sysmgmt.domain.model import TYPES, Account, Cost, Settings
from sysmgmt.store import book, chain, codec, files, formats, image, lines, losses, snapshot, space, writeahead
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.journal import AUDIT, EVENTS, LineJournal, last_record, record_of, whole_lines
from sysmgmt.store.keyfile import AUDIT as AUDIT_KEY
from sysmgmt.store.keyfile import MASTER, KeyFile
from sysmgmt.store.state import StateStore
from sysmgmt.vault.signing import SigningKeys
from tests.support.clock import HeldClock

SEED = "5eed" * 16


def line(text: bytes) -> bytes:
    """A line of the journal with the right checksum."""
    return b"%08x %b" % (crc32(text), text)


def test_files_and_kinds_of_users_are_called_as_ever() -> None:
    assert (snapshot.NAME, writeahead.NAME, AUDIT, EVENTS, MASTER, AUDIT_KEY, losses.NAME, files.TEMPORARY) == (
        "state.json", "state.journal", "audit.journal", "events.journal", "master.key", "audit.key", "audit.lost",
        ".tmp")
    assert TYPES == ("local", "ldap_user", "ldap_group")
    assert formats.FORMAT == 1 and image.FOLD_AT == 1 << 16 and space.RESERVE == 1 << 16


def hashed(text: bytes) -> str:
    """The HMAC of a text under the seed, from the standard library."""
    return hmac.digest(bytes.fromhex(SEED), text, "sha256").hex()


def test_the_keys_of_the_audit_are_derived_as_ever() -> None:
    first = chain.first(SEED, (5, "head"), 1.0, ("private", "public"))
    assert first.chain == chain.name_of(SEED) == hashed(b"name of the chain")[:16]
    assert first.key == chain.key_after(SEED) == hashed(b"next epoch")
    assert first.tag == hashed(b"epoch %b 0 5 head" % first.chain.encode())
    assert chain.mac(SEED, "head", b"body") == hashed(b"headbody")
    assert chain.promise("c", 5, "h", "p") == b"boxmgmt audit checkpoint c 5 h p"
    assert chain.promise("c", 5, "\ud800", "p").endswith(b" \xed\xa0\x80 p"), "whatever a record that was changed says"
    assert first.boot == "" and not first.is_of_before("any"), "a key file of before that was noted"
    assert chain.MOST_RECORDS == 1000 and chain.LONGEST == 60.0


def test_a_header_and_a_transaction_are_one_line_each() -> None:
    header = lines.header(lines.Header(1, 7))
    assert header == line(b'{"format":1,"base":7}') + b"\n"
    assert lines.read_header(header[:-1], "name") == lines.Header(1, 7)
    assert lines.line({"n": 1, "t": [("a", 1, None)]}) == line(b'{"n":1,"t":[["a",1,null]]}') + b"\n"


@pytest.mark.parametrize("text", [
    b'{"format":1}', b'{"base":1,"format":1}', b'{"format":-1,"base":0}', b'{"format":1,"base":-1}', b"[]", b"5",
    b'{"format":true,"base":0}', b'{"format":1,"base":"0"}', b"nonsense"])
def test_a_header_that_is_none_is_named(text: bytes) -> None:
    with pytest.raises(StateDamaged, match="name: line 1 is damaged"):
        lines.read_header(line(text), "name")
    with pytest.raises(StateDamaged, match="name: line 1 is damaged"):
        lines.read_header(b'00000000 {"format":1,"base":0}', "name")
    assert lines.read_header(line(b'{"format":0,"base":0}'), "name") == lines.Header(0, 0)


GOOD = line(b'{"n":5,"t":[["a",0,null],["b",2,{"x":1}]]}')


@pytest.mark.parametrize("text", [
    b'{"n":6,"t":[]}', b'{"n":4,"t":[]}', b'{"t":[],"n":5}', b'{"n":5}', b"[5]", b'{"n":5,"t":{}}', b'{"n":5,"t":[5]}',
    b'{"n":5,"t":[["a",1]]}', b'{"n":5,"t":[["a",1,null,1]]}', b'{"n":5,"t":[[1,1,null]]}',
    b'{"n":5,"t":[["a","1",null]]}', b'{"n":5,"t":[["a",true,null]]}', b'{"n":5,"t":[["a",-1,null]]}',
    b'{"n":5,"t":[["a",1,[]]]}', b'{"n":5,"t":[["a",1,0]]}'])
def test_a_transaction_that_is_none_is_dropped_at_the_end_and_damage_before_it(text: bytes) -> None:
    assert lines.read_entries(GOOD + b"\n", 4, "name", 2) == (
        [lines.Entry(5, [["a", 0, None], ["b", 2, {"x": 1}]])], len(GOOD) + 1)  # type: ignore[list-item]
    assert lines.read_entries(line(text) + b"\n", 4, "name", 2) == ([], 0)
    with pytest.raises(StateDamaged, match="name: line 2 is damaged"):
        lines.read_entries(line(text) + b"\n" + GOOD + b"\n", 4, "name", 2)
    with pytest.raises(StateDamaged, match="name: line 2 is damaged"):
        lines.read_entries(line(text) + b"\n" + b"torn", 4, "name", 2)


def test_a_line_that_has_swallowed_another_is_damage_and_a_torn_one_is_not() -> None:
    for swallowed in (GOOD + b" ", GOOD + GOOD, GOOD + b"x\n"):
        with pytest.raises(StateDamaged, match="name: line 9 is damaged"):
            lines.read_entries(swallowed, 4, "name", 9)
    for torn in (GOOD, GOOD[:20], b"", b"00000000", b"%08x [" % 0, b"[" * 100_000):
        assert lines.read_entries(torn, 4, "name", 9) == ([], 0)


@pytest.mark.parametrize("text", [
    b"NaN", b"[Infinity]", b'"\\ud800"', b'"\\uD800"', b'"\xc3\xa4"', b"[" * 100_000, b"", b"{"])
def test_what_is_no_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        lines.parse(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {"a": "\udfff"}])
def test_what_cannot_be_read_again_is_not_written(value: object) -> None:
    with pytest.raises(ValueError):
        lines.render(value)


def test_text_of_every_language_is_written_in_ascii() -> None:
    assert lines.render({"a": "ä😀"}) == b'{"a":"\\u00e4\\ud83d\\ude00"}'
    assert lines.parse(lines.render("ä😀")) == "ä😀"


def test_a_state_file_is_one_line_of_seal_and_one_of_tables() -> None:
    text = snapshot.write(snapshot.Snapshot(1, 7, {"a": {"1": {"x": 1}}}))
    rest = b'"a":{"1":{"x":1}}}\n'
    seal = crc32(rest, crc32(b"1 7\n"))
    assert text == b'{"seal": {"1": {"format": 1, "generation": 7, "crc": "%08x"}},\n' % seal + rest
    assert snapshot.read(text) == snapshot.Snapshot(1, 7, {"a": {"1": {"x": 1}}})
    assert snapshot.read(snapshot.write(snapshot.Snapshot(1, 0, {}))) == snapshot.Snapshot(1, 0, {})
    assert snapshot.write(snapshot.Snapshot(1, 0, {})).endswith(b'"settings":{}}\n'), "JSON without a table is none"


def sealed(rest: bytes, format: bytes = b"1", generation: bytes = b"7") -> bytes:
    """A state file with the right checksum."""
    seal = crc32(rest, crc32(b"%b %b\n" % (format, generation)))
    return b'{"seal": {"1": {"format": %b, "generation": %b, "crc": "%08x"}},\n' % (format, generation, seal) + rest


@pytest.mark.parametrize("rest", [
    b'"a":5}\n', b'"a":[]}\n', b'"a":{"1":5}}\n', b'"a":{"x":{}}}\n', b'"a":{"01":{}}}\n', b'"a":{"-1":{}}}\n',
    b'"a":{"":{}}}\n', b'"seal":{}}\n', b"}\n", b'"a":{"\\u0661":{}}}\n'])
def test_a_state_file_that_holds_no_tables_is_named(rest: bytes) -> None:
    with pytest.raises(StateDamaged, match="state.json: it does not hold tables of documents"):
        snapshot.read(sealed(rest))
    assert snapshot.read(sealed(b'"a":{"0":{}},"b":{"10":{}},"c":{}}\n')).tables == {"a": {"0": {}}, "b": {"10": {}}}


def test_a_state_file_that_is_no_json_or_not_as_it_was_sealed_is_named() -> None:
    with pytest.raises(StateDamaged, match="name: it is not JSON"):
        snapshot.read(sealed(b"nonsense"), "name")
    for text in (sealed(b'"a":{}}\n').replace(b'"a"', b'"b"'), sealed(b'"a":{}}\n', b"true"),
                 sealed(b'"a":{}}\n', b"1", b"true"), sealed(b'"a":{}}\n', b"1.0"), sealed(b'"a":{}}\n', b"1", b"7.0")):
        with pytest.raises(StateDamaged, match="state.json: the checksum does not fit"):
            snapshot.read(text)
    for text in (b"", b"nonsense", b'{"seal": 5},\n', b'{"seal": {"2": 5}},\n', b'{"other": {}},\n', b"[5],\n"):
        with pytest.raises(StateDamaged, match="state.json: line 1 is damaged"):
            snapshot.read(text)


def test_putting_and_removing_tells_what_was_there() -> None:
    tables: snapshot.Tables = {}
    assert snapshot.put(tables, "a", "1", {"x": 1}) is None and snapshot.put(tables, "a", "1", {"x": 2}) == {"x": 1}
    assert tables == {"a": {"1": {"x": 2}}}
    assert snapshot.apply(tables, [("a", 2, {"y": 1}), ("a", 1, None), ("b", 9, None)]) == [
        ("a", "2", None, {"y": 1}), ("a", "1", {"x": 2}, None), ("b", "9", None, None)]
    assert tables == {"a": {"2": {"y": 1}}}, "a table without documents does not exist"


DECODED = [
    ({"name": "a", "role": "r"}, Account("a", "r")),
    ({"name": "a", "role": "r", "groups": None, "strikes": 2, "ends_at": 5, "pending": ["x"]},
     Account("a", "r", groups=None, strikes=2, ends_at=5.0, pending=("x",))),
    ({"name": "a", "role": "r", "password": "hash"}, Account("a", "r", password="hash")),
    ({"name": "a", "role": "r", "groups": []}, Account("a", "r", groups=()))]


@pytest.mark.parametrize("document, account", DECODED)
def test_a_document_is_an_account(document: dict[str, Any], account: Account) -> None:
    found = codec.decoder("accounts", Account)(document)
    assert found == account and (found.ends_at is None or type(found.ends_at) is float)
    assert codec.decoder("accounts", Account)(codec.encode(account)) == account


@pytest.mark.parametrize("more, words", [
    ({"strikes": "2"}, "strikes: it is no number"), ({"strikes": True}, "strikes: it is no number"),
    ({"strikes": 2 ** 63}, "strikes: it is no number"), ({"strikes": -2 ** 63}, "strikes: it is no number"),
    ({"ends_at": 1e19}, "ends_at: it is no number"),
    ({"ends_at": 2.0 ** 63}, "ends_at: it is no number"), ({"ends_at": float("nan")}, "ends_at: it is no number"),
    ({"ends_at": True}, "ends_at: it is no number"), ({"ends_at": "1"}, "ends_at: it is no number"),
    ({"role": 5}, "role: it is no str"), ({"password": 5}, "password: it is no str"),
    ({"must_change_password": 1}, "must_change_password: it is no bool"),
    ({"pending": "x"}, "pending: it is no list"), ({"pending": [5]}, "pending: it is no str"),
    ({"groups": 5}, "groups: it is no list"), ({"other": 1}, "the fields \\['other'\\] are unknown or missing")])
def test_a_document_that_is_no_account_is_named(more: dict[str, Any], words: str) -> None:
    with pytest.raises(StateDamaged, match=f"a document of the table accounts: {words}"):
        codec.decoder("accounts", Account)({"name": "a", "role": "r", **more})


def test_a_document_without_a_field_that_has_no_default_is_named() -> None:
    with pytest.raises(StateDamaged, match="the fields \\['role'\\] are unknown or missing"):
        codec.decoder("accounts", Account)({"name": "a"})
    with pytest.raises(StateDamaged, match="it is not a document"):
        codec.decoder("accounts", Account)([])


def test_values_in_values_are_documents_and_what_is_as_usual_is_left_out() -> None:
    settings = Settings(name="b", hashing=Cost(3), uids=(1, 2))
    assert codec.encode(settings) == {"name": "b", "hashing": {"passes": 3}, "uids": [1, 2]}
    assert codec.decoder("settings", Settings)(codec.encode(settings)) == settings
    with pytest.raises(StateDamaged, match="hashing: the fields \\['x'\\] are unknown"):
        codec.decoder("settings", Settings)({"hashing": {"x": 1}})
    assert codec.key("accounts") == "name" and "accounts" in codec.TABLES and "settings" not in codec.TABLES


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    """An empty file."""
    one = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    yield one
    os.close(one)


def test_the_reserve_is_kept_behind_the_end_and_the_file_looks_no_longer(descriptor: int) -> None:
    assert space.keep(descriptor, 0)
    facts = os.fstat(descriptor)
    assert facts.st_size == 0 and facts.st_blocks * 512 == space.RESERVE + max(space.STEPS)
    assert space.keep(descriptor, max(space.STEPS))
    assert os.fstat(descriptor).st_blocks == facts.st_blocks, "there is room for that"
    os.ftruncate(descriptor, 8192)
    assert space.keep(descriptor, max(space.STEPS) + 4096)
    grown = os.fstat(descriptor)
    assert grown.st_blocks * 512 == space.RESERVE + 2 * max(space.STEPS) + 4096 and grown.st_size == 8192


def test_a_byte_more_than_there_is_room_for_takes_the_next_piece(descriptor: int) -> None:
    space.keep(descriptor, 0)
    before = os.fstat(descriptor).st_blocks
    space.keep(descriptor, max(space.STEPS) + 1)
    assert os.fstat(descriptor).st_blocks > before


def test_a_key_that_is_replaced_is_overwritten(tmp_path: Path) -> None:
    keys = KeyFile(str(tmp_path))
    assert keys.read() is None
    keys.write(b"first key")
    old = os.open(keys.path, os.O_RDONLY)
    keys.write(b"second")
    assert os.pread(old, 100, 0) == bytes(9) and keys.read() == b"second"
    os.close(old)
    assert os.stat(keys.path).st_mode & 0o777 == 0o600 and os.listdir(tmp_path) == ["master.key"]


def test_a_private_file_is_made_for_its_owner_and_opened_as_it_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        os.close(files.open_private(str(tmp_path / "new"), os.O_RDWR | os.O_CREAT))
        files.make_folder(str(tmp_path / "a" / "b"))
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600 and (tmp_path / "a/b").stat().st_mode & 0o777 == 0o700
    with pytest.raises(FileNotFoundError):
        files.open_private(str(tmp_path / "none"), os.O_RDWR)
    (tmp_path / "link").symlink_to("new")
    with pytest.raises(OSError, match="Too many levels"):
        files.open_private(str(tmp_path / "link"), os.O_RDWR | os.O_CREAT)
    with pytest.raises(IsADirectoryError):
        files.open_private(str(tmp_path / "a"), os.O_RDWR | os.O_CREAT)


def test_what_a_killed_writer_left_is_no_obstacle_and_goes(tmp_path: Path) -> None:
    (tmp_path / "file.tmp").write_bytes(b"left over")
    prepared: list[int] = []
    files.replace(str(tmp_path / "file"), b"new", prepared.append)
    assert len(prepared) == 1 and os.listdir(tmp_path) == ["file"]
    files.clean(str(tmp_path / "none"))


def test_lines_are_found_from_the_end_whatever_their_length(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    for text in (b"", b"one", b"one\n", b"one\ntwo", b"\n", b"a\n\nb\n", b"x" * 70_000 + b"\ny\n", b"a\n" * 40_000):
        path.write_bytes(text)
        with open(path, "rb") as file:
            assert list(whole_lines(file.fileno(), len(text))) == text.split(b"\n")[:-1][::-1]


def test_the_last_record_is_found_and_what_ends_a_torn_one_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    for text, found in ((b"", (None, None)), (b'{"seq":1}\n', ({"seq": 1}, None)),
                        (b'{"seq":1}\n{"seq"', ({"seq": 1}, b"\n")),
                        (b'{"seq":1}\nno\n{"seq"', ({"seq": 1}, b"\n")), (b'{"seq":1}\nnone\n', ({"seq": 1}, b"")),
                        (b'{"se', (None, b"\n")), (b"none\n", (None, b""))):
        path.write_bytes(text)
        with open(path, "rb") as file:
            assert last_record(file.fileno(), len(text), "name") == found
    path.write_bytes(b"none\nnone\n")
    with open(path, "rb") as file, pytest.raises(StateDamaged, match="name: no record can be read"):
        last_record(file.fileno(), 10, "name")


@pytest.mark.parametrize("text", [b"", b"5", b"[]", b"{}", b'{"seq":"1"}', b'{"seq":true}', b"[" * 100_000, b"\xff"])
def test_what_has_no_number_is_no_record(text: bytes) -> None:
    assert record_of(text) is None and record_of(b'{"seq":1}') == {"seq": 1}


def test_what_the_audit_does_by_itself_is_a_record_like_every_other(tmp_path: Path) -> None:
    journal = AuditJournal(str(tmp_path), lambda: 1.5, SigningKeys())
    assert journal.chain() == ("", None) and journal.anchor() == (0, "")
    journal.begin(SEED)
    assert journal.chain() == (chain.name_of(SEED), 1.5)
    record = record_of((tmp_path / AUDIT).read_bytes().strip())
    assert record and list(record) == [
        "seq", "time", "id", "user", "session", "origin", "endpoint", "command", "parameters", "code", "status",
        "epoch", "tag", "chain", "public", "mac"]
    assert (record["time"], record["user"], record["origin"], record["endpoint"], record["command"]) == (
        "1970-01-01T00:00:01.500000Z", "system", "local", "box", "begin_audit_chain")
    assert (record["id"], record["session"], record["parameters"], record["code"], record["status"]) == (
        "", "", {}, "Done", 0)
    assert journal.anchor() == (1, record["mac"])


def test_an_anchor_knows_what_other_processes_have_written(tmp_path: Path) -> None:
    clock = HeldClock()
    one, other = (AuditJournal(str(tmp_path), lambda: clock.now, SigningKeys()) for _ in range(2))
    one.begin(SEED)
    before = one.anchor()
    other.append({"n": 1}, durable=False)
    assert one.anchor() == other.anchor() != before


def test_the_reserve_moves_along_with_the_end(tmp_path: Path) -> None:
    LineJournal(str(tmp_path)).append({"long": "x" * 400_000}, durable=True)
    store = StateStore(str(tmp_path))
    for letter in "ab":
        with store.writing() as writing:
            writing.save(writing.state._replace(settings=Settings(banner=letter * 400_000)))
    for name in (AUDIT, writeahead.NAME):
        found = (tmp_path / name).stat()
        assert found.st_blocks * 512 >= found.st_size + space.RESERVE


def test_a_record_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    journal = LineJournal(str(tmp_path))
    for number in (float("nan"), 1.5):
        with suppress(ValueError):
            journal.append({"n": number}, durable=True)
    assert (tmp_path / AUDIT).read_bytes().endswith(b',"n":1.5}\n') and len(list(journal.newest())) == 1


def test_a_journal_has_a_reserve_and_a_lock_beside_it(tmp_path: Path) -> None:
    LineJournal(str(tmp_path)).append({"n": 1}, durable=True)
    assert sorted(os.listdir(tmp_path)) == ["audit.journal", "audit.lock"]
    assert (tmp_path / AUDIT).stat().st_blocks * 512 > space.RESERVE


@pytest.mark.parametrize("text", [b"", b"nonsense", b"{}", b"[]", b'{"chain":"c"}', b"\xff"])
def test_a_file_of_the_key_that_holds_none_is_named(text: bytes) -> None:
    with pytest.raises(StateDamaged, match="audit.key holds no key"):
        chain.read(text)


@pytest.mark.parametrize("field, value", [("records", "1"), ("key", 1), ("began", None), ("public", 2)])
def test_a_file_of_the_key_with_a_value_of_another_kind_is_named(tmp_path: Path, field: str, value: object) -> None:
    AuditJournal(str(tmp_path), lambda: 1.5, SigningKeys()).begin(SEED)
    text = (tmp_path / "audit.key").read_bytes()
    known = chain.read(text)
    assert known is not None and chain.written(known) == text
    with pytest.raises(StateDamaged, match="audit.key holds no key"):
        chain.read(chain.written(known._replace(**{field: value})))


def test_the_chain_that_is_being_written_is_not_begun_again(tmp_path: Path) -> None:
    journal = AuditJournal(str(tmp_path), lambda: 1.5, SigningKeys())
    journal.begin(SEED)
    before = (tmp_path / AUDIT).read_bytes(), (tmp_path / "audit.key").read_bytes()
    journal.begin(SEED)
    assert before == ((tmp_path / AUDIT).read_bytes(), (tmp_path / "audit.key").read_bytes())
    journal.begin("beef" * 16)
    assert journal.anchor()[0] == 2 and journal.chain()[0] == chain.name_of("beef" * 16)


def test_a_number_that_could_not_be_written_again_is_damage_wherever_it_stands() -> None:
    settings = codec.encode(Settings())
    book.check({"settings": {"1": settings, "2": {"later": 5.0}}})
    with pytest.raises(StateDamaged, match="tables: a number is too large to be written again"):
        book.check({"settings": {"1": settings, "2": {"later": float("inf")}}})
