"""A state as one text and back, and through a store of its own, of which nothing is left."""

import os
import time
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StateDamaged, StateNewer, StorageFailed
from sysmgmt.domain.model import Account, Settings, State
from sysmgmt.store import formats, snapshot
from sysmgmt.store.contents import Contents
from sysmgmt.store.state import StateStore
from tests.store.boxes import add, added

HOUR = 3600
STATE = added(State(settings=Settings(name="box1")), "bob", "eve")


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """What backups hold, with scratch stores in a folder that is not there yet."""
    return Contents(str(tmp_path / "scratch"))


def test_a_state_is_read_as_it_was_written(contents: Contents, tmp_path: Path) -> None:
    assert contents.read(contents.write(STATE)) == STATE
    (tmp_path / "box").mkdir(mode=0o700)
    (tmp_path / "box" / "state.json").write_bytes(contents.write(STATE))
    assert not contents.write(State()).count(b"accounts"), "a table of nothing is left out"
    with pytest.raises(StateDamaged):
        contents.read(contents.write(STATE)[:-2])


def test_a_text_with_a_table_that_nobody_knows_is_damaged(contents: Contents) -> None:
    text = snapshot.write(snapshot.Snapshot(formats.FORMAT, 0, {"future": {"1": {}}}))
    with pytest.raises(StateDamaged, match="tables: .*future.* unknown"):
        contents.read(text)


def test_a_text_of_a_later_release_is_refused_by_name(contents: Contents) -> None:
    text = snapshot.write(snapshot.Snapshot(7, 0, {"accounts": {}}))
    with pytest.raises(StateNewer, match="format 7"):
        contents.read(text)


def test_a_state_that_no_store_could_read_again_is_not_restored(contents: Contents) -> None:
    accounts = STATE.accounts.put("bob", Account("bob", "monitor", strikes=2 ** 63))
    with pytest.raises(StateDamaged, match="strikes: it is no number"):
        contents.restored(STATE._replace(accounts=accounts))


def test_a_state_comes_out_of_a_store_as_it_went_in(contents: Contents, tmp_path: Path) -> None:
    assert contents.restored(STATE) == STATE
    assert os.listdir(tmp_path / "scratch") == []


def test_the_latest_changes_are_in_the_journal(contents: Contents, tmp_path: Path) -> None:
    store = StateStore(str(tmp_path / "box"))
    add(store, "bob")
    store.compact()
    add(store, "eve")
    text, journal = ((tmp_path / "box" / name).read_bytes() for name in ("state.json", "state.journal"))
    found, complete = contents.stored(text, journal)
    assert (list(found.accounts), complete) == (["bob", "eve"], True)
    found, complete = contents.stored(text, journal[:-1])
    assert (list(found.accounts), complete) == (["bob"], False), "it ends in the middle of a change"
    found, complete = contents.stored(text, b"")
    assert (list(found.accounts), complete) == (["bob"], False)


def test_what_a_killed_process_left_is_removed_once_nobody_works_with_it(contents: Contents, tmp_path: Path) -> None:
    for name, age in (("scratch-old", HOUR + 60), ("scratch-new", HOUR - 60), ("kept", HOUR + 60)):
        (tmp_path / "scratch" / name).mkdir(parents=True)
        (tmp_path / "scratch" / name / "state.json").touch()
        os.utime(tmp_path / "scratch" / name, (time.time() - age,) * 2)
    (tmp_path / "scratch").chmod(0o700)
    contents.restored(STATE)
    assert sorted(os.listdir(tmp_path / "scratch")) == ["kept", "scratch-new"]


def test_where_no_folder_can_be_made_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "scratch").touch()
    with pytest.raises(StorageFailed):
        Contents(str(tmp_path / "scratch")).restored(STATE)
