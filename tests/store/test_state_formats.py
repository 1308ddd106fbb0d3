"""A state of an older format is upgraded in one transaction, after a copy of it was kept."""

import json
from pathlib import Path

import pytest
from tinydb import TinyDB

from sysmgmt.domain.errors import StateDamaged, StorageFailed
from sysmgmt.store import lines, snapshot
from sysmgmt.store.snapshot import Tables
from sysmgmt.store.state import StateStore
from tests.store.boxes import add


def renamed(tables: Tables) -> Tables:
    """What turns the artificial format 0 into format 1: accounts were called users."""
    return {**{name: one for name, one in tables.items() if name != "users"}, "accounts": tables["users"]}


UPGRADES = {0: renamed}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A box of format 0 with one user in its state file and one in its journal."""
    users = {"users": {"1": {"name": "a", "role": "r"}}}
    (tmp_path / "state.json").write_bytes(snapshot.write(snapshot.Snapshot(0, 4, users)))
    (tmp_path / "state.journal").write_bytes(
        lines.header(lines.Header(0, 4)) + lines.line({"n": 5, "t": [["users", 2, {"name": "b", "role": "r"}]]}))
    return tmp_path


def test_a_reader_understands_an_older_format_and_changes_nothing(old: Path) -> None:
    before = (old / "state.json").read_bytes()
    assert list(StateStore(str(old), UPGRADES).read().accounts) == ["a", "b"]
    assert (old / "state.json").read_bytes() == before


def test_a_writer_upgrades_and_keeps_the_whole_old_state(old: Path) -> None:
    add(StateStore(str(old), UPGRADES), "c")
    assert list(StateStore(str(old)).read().accounts) == ["a", "b", "c"]
    with TinyDB(old / "state.json.format-0") as copy:
        assert [one["name"] for one in copy.table("users")] == ["a", "b"]


def test_a_reader_follows_while_an_older_release_still_writes(old: Path) -> None:
    store = StateStore(str(old), UPGRADES)
    store.read()
    with open(old / "state.journal", "ab") as journal:
        journal.write(lines.line({"n": 6, "t": [["users", 3, {"name": "c", "role": "r"}]]}))
    assert list(store.read().accounts) == ["a", "b", "c"]


def test_an_upgrade_that_was_killed_between_its_files_is_finished(old: Path) -> None:
    journal = (old / "state.journal").read_bytes()
    with StateStore(str(old), UPGRADES).writing():
        pass
    (old / "state.journal").write_bytes(journal)
    assert list(StateStore(str(old), UPGRADES).read().accounts) == ["a", "b"]
    add(StateStore(str(old), UPGRADES), "c")
    assert list(StateStore(str(old)).read().accounts) == ["a", "b", "c"]
    assert json.loads((old / "state.json.format-0").read_text())["users"]["2"]["name"] == "b"


def test_a_format_that_never_was_is_damage(old: Path) -> None:
    with pytest.raises(StateDamaged, match="state.json: there never was a format 0"):
        StateStore(str(old)).read()


def test_a_reader_goes_on_when_the_upgrade_cannot_be_written(old: Path) -> None:
    (old / "state.json.format-0").mkdir()
    store = StateStore(str(old), UPGRADES)
    with pytest.raises(StorageFailed):
        add(store, "c")
    assert list(store.read().accounts) == ["a", "b"]
    (old / "state.json.format-0").rmdir()
    add(store, "c")
    assert list(store.read().accounts) == list(StateStore(str(old)).read().accounts) == ["a", "b", "c"]
