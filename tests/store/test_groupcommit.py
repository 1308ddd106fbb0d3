"""Of the threads that want something durable one does it for all, and each learns what became of its own."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from errno import EIO
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StorageFailed, StorageFull
from sysmgmt.store import space
from sysmgmt.store.groupcommit import GroupCommit
from sysmgmt.store.journal import LineJournal
from tests.support.kernel import refusing


def told(act: Callable[[int], None], numbers: Iterable[int]) -> dict[int, str]:
    """What threads are told that `act` on one number each."""
    found: dict[int, str] = {}

    def once(number: int) -> None:
        try:
            act(number)
            found[number] = "done"
        except Exception as problem:
            found[number] = f"{type(problem).__name__} {problem}"
    threads = [threading.Thread(target=once, args=(number,)) for number in numbers]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
        assert not one.is_alive()
    return found


def test_each_thread_learns_its_own_outcome() -> None:
    asked: list[int] = []

    def do(numbers: Sequence[int]) -> list[Exception | None]:
        asked.extend(numbers)
        return [ValueError(str(number)) if number % 2 else None for number in numbers]
    assert told(GroupCommit(do), range(50)) == {
        number: f"ValueError {number}" if number % 2 else "done" for number in range(50)}
    assert sorted(asked) == list(range(50))


def test_what_is_wanted_while_others_are_done_is_done_together_and_once() -> None:
    groups: list[list[tuple[int, int]]] = []

    def do(wanted: Sequence[tuple[int, int]]) -> list[None]:
        groups.append([*wanted])
        time.sleep(0.005)  # a slow disk
        return [None] * len(wanted)
    commit = GroupCommit(do)

    def five(thread: int) -> None:
        for number in range(5):
            commit((thread, number))
    assert set(told(five, range(8)).values()) == {"done"}
    assert sorted(one for group in groups for one in group) == [(a, b) for a in range(8) for b in range(5)]
    assert all(groups), "nobody does what nobody wants"
    assert len(groups) <= 20, "several wait for one"


def test_nobody_waits_for_ever_where_it_breaks_and_the_next_goes_on() -> None:
    broken = [True]

    def do(numbers: Sequence[int]) -> list[None]:
        if broken:
            raise TypeError("broken")
        return [None] * len(numbers)
    commit = GroupCommit(do)
    assert set(told(commit, range(8)).values()) == {"TypeError broken"}
    broken.clear()
    assert told(commit, range(8)) == dict.fromkeys(range(8), "done")


def journal_with(folder: Path, threads: int) -> tuple[dict[int, str], list[int]]:
    """What threads are told that append a record each, with reserve where the number is even; what is there then."""
    journal = LineJournal(str(folder))
    found = told(lambda number: journal.append({"who": number}, True, not number % 2), range(threads))
    lines = (folder / "audit.journal").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    return found, sorted(json.loads(line)["who"] for line in lines)


def test_on_a_full_disk_only_those_are_refused_that_may_not_use_the_reserve(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "keep", lambda *given: False)
    found, there = journal_with(tmp_path, 40)
    assert there == list(range(0, 40, 2))
    assert all(words.startswith(StorageFull.__name__ if number % 2 else "done") for number, words in found.items())


def test_where_nothing_can_be_synced_nobody_is_told_that_it_is_durable(tmp_path: Path) -> None:
    with refusing("fdatasync", EIO):
        found, _ = journal_with(tmp_path, 20)
    assert len(found) == 20 and all(words.startswith(StorageFailed.__name__) for words in found.values())
