"""kill -9 at random moments: what was promised is there, and the state can be read."""

import os
from pathlib import Path

import pytest
from tinydb import TinyDB

from sysmgmt.store.state import StateStore
from tests.faults import kill, writer


@pytest.mark.requirement(112)
def test_sixty_killed_writers_lose_no_promised_change(tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    outcome = kill.loop(folder, 0, 60)
    assert outcome.lost == 0
    assert outcome.promised > outcome.kills
    StateStore(folder).check()


def test_killed_writers_leave_nothing_behind_once_another_has_written(tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    for number in range(10):
        kill.killed(folder, number)
    StateStore(folder).compact()
    assert sorted(os.listdir(folder)) == ["state.journal", "state.json", "state.lock"]


def test_the_same_harness_finds_stock_tinydb_unreadable(tmp_path: Path) -> None:
    """Positive control: 100 kills at most until stock TinyDB loses a promised user or its file."""
    promised: set[str] = set()
    for number in range(100):
        promised |= writer.names(kill.killed(str(tmp_path), number, "--stock"), "done")
        try:
            with TinyDB(tmp_path / "stock.json") as database:
                found = {document["name"] for document in database.table("accounts")}
        except ValueError:
            return
        if promised - found:
            return
    raise AssertionError("the harness did not notice what stock TinyDB does")
