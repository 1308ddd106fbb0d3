"""The state store: what was saved is read, by everybody, in the order it was saved."""

import gc
import errno
import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from sysmgmt.domain.errors import BoxBusy, StateDamaged, StateNewer, StorageFailed
from sysmgmt.domain.model import Account, Cost, Group, Role, Session, Settings, State
from sysmgmt.store import files, snapshot
from sysmgmt.store import state as stored
from sysmgmt.store.journal import LineJournal
from sysmgmt.store.state import StateStore
from tests.store.boxes import add, added
from tests.support import kernel


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "state")


def full(state: State) -> State:
    """A state with something in every table."""
    return added(state, "admin")._replace(
        settings=Settings(name="box", installed_at=1.5, hashing=Cost(passes=3)),
        roles=state.roles.put("r", Role("r", ("view", "audit"))),
        groups=state.groups.put("east", Group("east")),
        sessions=state.sessions.put("s1", Session("s1", "admin", "boot.12", 2.25)))


def test_where_nothing_was_stored_the_state_is_empty(folder: str) -> None:
    assert StateStore(folder).read() == State()
    assert StateStore(folder).check()["dropped_bytes"] == 0
    assert not os.path.exists(folder)


def test_what_was_saved_is_read_by_the_writer_and_by_a_new_process(folder: str) -> None:
    store = StateStore(folder)
    with store.writing() as writing:
        writing.save(full(writing.state))
        saved = writing.state
    assert saved == full(State())._replace(generation=1)
    assert store.read() == StateStore(folder).read() == saved


def test_what_was_saved_is_the_same_after_compaction(folder: str) -> None:
    store = StateStore(folder)
    with store.writing() as writing:
        writing.save(full(writing.state))
    before = store.read()
    store.compact()
    assert store.read() == StateStore(folder).read() == before


def test_every_save_counts_a_generation_and_two_fit_into_one_transaction(folder: str) -> None:
    store = StateStore(folder)
    with store.writing() as writing:
        writing.save(added(writing.state, "a"))
        writing.save(added(writing.state, "b"))
        assert writing.state.generation == 2
    assert list(StateStore(folder).read().accounts) == ["a", "b"]


def test_an_earlier_state_of_the_same_transaction_comes_back_as_a_new_one(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    known = store.read()
    with store.writing() as writing:
        writing.save(added(known, "b")._replace(settings=Settings(name="other")))
        writing.save(known)
        assert writing.state == known._replace(generation=3)
    assert StateStore(folder).read() == known._replace(generation=3)


def test_a_state_that_others_have_overtaken_is_not_saved(folder: str) -> None:
    store = StateStore(folder)
    old = add(store, "a")
    add(StateStore(folder), "b")
    with pytest.raises(ValueError), store.writing() as writing:
        writing.save(added(old, "c"))
    assert list(StateStore(folder).read().accounts) == ["a", "b"]


def test_a_save_that_changes_nothing_writes_nothing(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    facts = store.check()
    with store.writing() as writing:
        writing.save(writing.state)
    assert store.check() == facts


def test_a_record_can_be_changed_back_to_its_defaults_and_removed(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a", "b")
    with store.writing() as writing:
        accounts = writing.state.accounts.put("a", Account("a", "monitor")).without("b")
        writing.save(writing.state._replace(accounts=accounts))
    assert list(StateStore(folder).read().accounts.items()) == [("a", Account("a", "monitor"))]
    add(store, "b", "c")
    assert list(StateStore(folder).read().accounts) == ["a", "b", "c"]


def test_a_reader_sees_what_another_process_changed_removed_and_set(folder: str) -> None:
    store, other = StateStore(folder), StateStore(folder)
    add(store, "a", "b")
    other.read()
    with store.writing() as writing:
        changed = writing.state.accounts.put("a", Account("a", "other")).without("b")
        writing.save(writing.state._replace(accounts=changed, settings=Settings(name="new")))
    assert other.read() == store.read()
    add(other, "c")
    store.compact()
    assert other.read() == store.read() == StateStore(folder).read()


def test_a_reader_sees_what_was_changed_after_the_settings(folder: str) -> None:
    store, other = StateStore(folder), StateStore(folder)
    add(store, "a")
    other.read()
    with store.writing() as writing:
        writing.save(writing.state._replace(settings=Settings(name="new")))
        writing.save(added(writing.state, "b"))
    assert other.read() == store.read() and list(other.read().accounts) == ["a", "b"]


def test_what_a_writer_that_was_killed_left_over_goes_with_the_next_change(folder: str) -> None:
    add(StateStore(folder), "a")
    for name in ("state.json.tmp", "state.journal.tmp"):
        Path(folder, name).write_text("half")
    store = StateStore(folder)
    store.read()
    assert len(os.listdir(folder)) == 5, "who only reads removes nothing"
    add(store, "b")
    assert sorted(os.listdir(folder)) == ["state.journal", "state.json", "state.lock"]


def test_a_failing_transaction_changes_nothing(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    with pytest.raises(KeyError), store.writing() as writing:
        added(writing.state, "b")
        raise KeyError
    with pytest.raises((ValueError, TypeError)), store.writing() as writing:
        writing.save(writing.state._replace(settings=Settings(name=b"bytes")))  # type: ignore[arg-type]
    assert store.read() == StateStore(folder).read()
    assert list(store.read().accounts) == ["a"]
    assert store.read().settings == Settings()


@pytest.mark.parametrize("text", ["\ud800", "\U0001f600\udfff", float("nan")])
def test_what_no_file_can_hold_is_not_saved(folder: str, text: str) -> None:
    store = StateStore(folder)
    with pytest.raises(ValueError), store.writing() as writing:
        writing.save(writing.state._replace(settings=Settings(name=text)))
    assert StateStore(folder).read() == State()


def test_every_character_that_a_file_can_hold_comes_back(folder: str) -> None:
    name = "".join(map(chr, range(0xd800))) + "\U0001f600"
    store = StateStore(folder)
    with store.writing() as writing:
        writing.save(writing.state._replace(settings=Settings(name=name)))
    assert StateStore(folder).read().settings.name == name
    store.compact()
    assert StateStore(folder).read().settings.name == name


def test_transactions_do_not_nest(folder: str) -> None:
    store = StateStore(folder)
    with pytest.raises(RuntimeError), store.writing(), store.writing():
        pass


@pytest.mark.requirement(71)
def test_only_the_owner_can_read_whatever_the_umask_is(folder: str) -> None:
    for umask in (0, 0o777):
        before = os.umask(umask)
        try:
            store = StateStore(f"{folder}{umask}")
            add(store, "a")
            store.compact()
        finally:
            os.umask(before)
        modes = {stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(f"{folder}{umask}")}
        assert modes == {0o600}
        assert stat.S_IMODE(os.stat(f"{folder}{umask}").st_mode) == 0o700


def test_stock_tinydb_finds_every_account_after_compaction(folder: str) -> None:
    store = StateStore(folder)
    add(store, *(f"u{number}" for number in range(300)))
    store.compact()
    with TinyDB(f"{folder}/state.json") as database:
        accounts = database.table("accounts")
        assert {one["name"] for one in accounts} == set(store.read().accounts)
        assert accounts.get(where("name") == "u7")["groups"] == ["east", "west"]
        assert database.table("seal").get(doc_id=1)["generation"] == 1


def test_the_first_save_leaves_a_state_file_and_a_journal(folder: str) -> None:
    add(StateStore(folder), "a")
    assert sorted(os.listdir(folder)) == ["state.journal", "state.json", "state.lock"]


def test_a_long_journal_is_folded_by_the_writer(folder: str) -> None:
    store = StateStore(folder)
    for number in range(30):
        with store.writing() as writing:
            writing.save(writing.state._replace(settings=Settings(banner=f"{number}" * 40000)))
    assert store.check()["state_bytes"] > 10000
    assert StateStore(folder).read() == store.read()
    assert store.read().generation == 30


def test_eight_processes_lose_no_user_and_no_count(folder: str) -> None:
    command = [sys.executable, "-m", "tests.store.counting", folder, "100"]
    processes = [subprocess.Popen([*command, f"p{number}"]) for number in range(8)]
    assert [process.wait() for process in processes] == [0] * 8
    state = StateStore(folder).read()
    assert len(state.accounts) == 800 + 1
    counter = state.accounts.get("counter")
    assert counter and counter.strikes == 800
    assert state.generation == 800


def test_reading_goes_on_while_others_write_and_compact(folder: str) -> None:
    add(StateStore(folder), "counter")
    command = [sys.executable, "-m", "tests.store.counting", folder, "150", "p", "--compact"]
    with subprocess.Popen(command) as process:
        store, seen = StateStore(folder), 0
        while process.poll() is None:
            for reader in (store, StateStore(folder)):
                state = reader.read()
                assert state.generation >= seen
                seen = state.generation
                assert len(state.accounts) == state.accounts.get("counter").strikes + 1  # type: ignore[union-attr]
    assert store.read().generation == 151


def test_a_change_costs_what_it_changes_and_not_what_exists(folder: str) -> None:
    small, large = StateStore(f"{folder}1"), StateStore(f"{folder}2")
    add(small, "a")
    add(large, *(f"u{number}" for number in range(20000)))
    assert cost(large) < 5 * cost(small)


def cost(store: StateStore) -> float:
    """Seconds of user time of one save, the best of many."""
    costs = []
    for number in range(60):
        start = time.thread_time()
        add(store, f"new{number}")
        costs.append(time.thread_time() - start)
    return min(costs)


def test_many_changes_by_one_process_stay_cheap_and_right(folder: str) -> None:
    store = StateStore(folder)
    for number in range(1500):
        add(store, f"u{number}")
    assert store.read() == StateStore(folder).read()
    assert len(store.read().accounts) == 1500


def test_a_folder_that_vanishes_is_damage_and_no_new_box(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    os.rename(folder, f"{folder}.away")
    for _ in range(2):
        with pytest.raises(StateDamaged, match="state.json: it is missing"):
            store.read()
    os.rename(f"{folder}.away", folder)
    assert list(store.read().accounts) == ["a"]


def test_a_folder_that_is_a_file_is_refused_by_name(folder: str) -> None:
    Path(folder).write_text("")
    with pytest.raises((StateDamaged, StorageFailed)):
        StateStore(folder).read()
    with pytest.raises(StorageFailed):
        add(StateStore(folder), "a")


@pytest.mark.parametrize("name", ["state.json", "state.journal", ""])
def test_files_that_may_not_be_read_are_refused_by_name(folder: str, name: str) -> None:
    if os.getuid():
        pytest.skip("only root can become somebody else")
    add(StateStore(folder), "a")
    script = ("import os, sys; from sysmgmt.store.state import StateStore; import tests.store.boxes as b\n"
              "os.seteuid(65534)\n"
              "try: StateStore(sys.argv[1]).read()\n"
              "except Exception as problem: print(type(problem).__name__, problem)\n"
              "try: b.add(StateStore(sys.argv[1]), 'b')\n"
              "except Exception as problem: print(type(problem).__name__, problem)\n")
    os.chmod(folder, 0o700 if not name else 0o777)
    for parent in Path(folder).parents[:3]:
        os.chmod(parent, 0o755)
    done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    why = ("Permission denied", "somebody else owns this folder")  # the latter where the folder can be looked at
    assert len(lines) == 2 and all(line.startswith(("StateDamaged", "StorageFailed")) for line in lines)
    assert all(any(one in line for one in why) for line in lines), lines


def test_a_newer_state_is_refused_and_left_alone(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    text = snapshot.write(snapshot.Snapshot(7, 1, {"future": {"1": {}}}))
    Path(folder, "state.json").write_bytes(text)
    for act in (StateStore(folder).read, StateStore(folder).compact, StateStore(folder).check):
        with pytest.raises(StateNewer, match="format 7"):
            act()
    assert Path(folder, "state.json").read_bytes() == text


def test_a_writer_that_hangs_does_not_stop_others_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_WAIT", 0.2)
    with StateStore(str(tmp_path)).writing():
        with pytest.raises(BoxBusy):
            with StateStore(str(tmp_path)).writing():
                pass
    with StateStore(str(tmp_path)).writing() as transaction:
        assert transaction.state.generation == 0


def test_two_processes_that_add_in_turn_give_each_document_a_number_of_its_own(folder: str) -> None:
    one, other = StateStore(folder), StateStore(folder)
    for number in range(4):
        add(one, f"a{number}")
        add(other, f"b{number}", f"c{number}")
    wanted = sorted(f"{kind}{number}" for kind in "abc" for number in range(4))
    for store in (one, other, StateStore(folder)):
        assert list(store.read().accounts) == wanted
    one.compact()
    assert len(TinyDB(f"{folder}/state.json", access_mode="r").table("accounts")) == 12


def test_a_file_that_is_missing_or_older_is_named_with_what_is_wrong(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    store.compact()
    add(store, "b")
    kept = {name: Path(folder, name).read_bytes() for name in ("state.json", "state.journal")}
    for name in kept:
        Path(folder, name).unlink()
        with pytest.raises(StateDamaged, match=f"^.*{name}: it is missing"):
            StateStore(folder).read()
        Path(folder, name).write_bytes(kept[name])
    store.compact()
    new = Path(folder, "state.json").read_bytes()
    Path(folder, "state.json").write_bytes(kept["state.json"])
    with pytest.raises(StateDamaged, match="state.json: it is older than its journal"):
        StateStore(folder).read()
    Path(folder, "state.json").write_bytes(new)
    Path(folder, "state.journal").write_bytes(kept["state.journal"].splitlines(keepends=True)[0])
    with pytest.raises(StateDamaged, match="state.journal: it is older than the state file"):
        StateStore(folder).read()


def test_a_store_that_is_let_go_leaves_no_file_open(folder: str) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))
    gc.collect()  # what other tests have let go
    before = opened()
    store = StateStore(folder)
    add(store, "a")
    store.compact()
    add(store, "b")
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    assert opened() > before
    del store, journal
    gc.collect()
    assert opened() == before
    store = StateStore(folder)
    store.check()
    assert opened() == before, "looking leaves nothing open"


def test_folding_an_empty_box_makes_one(folder: str) -> None:
    facts = StateStore(folder).compact()
    assert facts["bytes_before"] == 0
    assert facts["bytes_after"] == sum(os.path.getsize(f"{folder}/{name}") for name in ("state.json", "state.journal"))
    assert StateStore(folder).read() == State() and sorted(os.listdir(folder)) == [
        "state.journal", "state.json", "state.lock"]
    assert StateStore(folder).check() == {
        "format": 1, "generation": 0, "state_bytes": os.path.getsize(f"{folder}/state.json"),
        "journal_bytes": os.path.getsize(f"{folder}/state.journal"), "dropped_bytes": 0}


def test_what_is_torn_behind_the_end_is_counted_until_it_is_overwritten(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    with open(f"{folder}/state.journal", "ab") as file:
        file.write(b"torn")
    assert store.check()["dropped_bytes"] == 4 and list(store.read().accounts) == ["a"]
    add(store, "b")
    assert store.check()["dropped_bytes"] == 0 and list(StateStore(folder).read().accounts) == ["a", "b"]


def test_a_transaction_that_was_not_saved_leaves_the_next_one_alone(folder: str) -> None:
    store = StateStore(folder)
    add(store, "a")
    with pytest.raises(ZeroDivisionError), store.writing() as writing:
        writing.save(added(writing.state, "b"))
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), store.writing() as writing:
        raise ZeroDivisionError
    add(store, "c")
    assert list(store.read().accounts) == list(StateStore(folder).read().accounts) == ["a", "b", "c"]


@pytest.mark.parametrize("number", range(12))
def test_a_journal_that_cannot_be_read_once_loses_nothing(folder: str, number: int) -> None:
    """Not even where that happens when a new one has just been started."""
    store = StateStore(folder)
    with store.writing() as writing:
        writing.save(full(writing.state))
    with suppress(StateDamaged), kernel.refusing("pread", errno.EIO, number, 1):
        store.compact()
    with store.writing() as writing:
        writing.save(added(writing.state, "b"))
    assert set(StateStore(folder).read().accounts) == set(store.read().accounts) == {"admin", "b"}


def test_a_folder_that_others_may_write_to_is_refused_by_name(folder: str) -> None:
    add(StateStore(folder), "a")
    os.chmod(folder, 0o707)
    for act in (StateStore(folder).read, lambda: add(StateStore(folder), "b")):
        with pytest.raises(StateDamaged, match=f"{folder}: somebody else owns this folder or may write to it"):
            act()
    os.chmod(folder, 0o700)
    assert list(StateStore(folder).read().accounts) == ["a"]


@pytest.mark.parametrize("word", ["format", "generation"])
def test_a_seal_has_whole_numbers_and_not_what_equals_them(folder: str, word: str) -> None:
    text = snapshot.write(snapshot.Snapshot(1, 1, {"accounts": {}}))
    assert snapshot.read(text).generation == 1
    with pytest.raises(StateDamaged, match="the checksum does not fit"):
        snapshot.read(text.replace(b'"%b": 1' % word.encode(), b'"%b": true' % word.encode()))


def test_what_is_large_is_not_folded_by_the_way(folder: str) -> None:
    store = StateStore(folder)
    for letter in "ab":
        with store.writing() as writing:
            writing.save(writing.state._replace(settings=Settings(banner=letter * (stored.SMALL // 2))))
        if letter == "a":
            store.compact()
    before = store.check()
    store.tidy()
    assert store.check() == before
    with store.writing() as writing:
        writing.save(writing.state._replace(settings=Settings()))
    store.compact()
    add(store, "a")
    store.tidy()
    assert store.check()["journal_bytes"] < 100
