"""Password checks take turns: whoever came first is first, and no uid fills the queue."""

import threading
from pathlib import Path

import pytest

from sysmgmt.domain.errors import BoxBusy
from sysmgmt.domain.model import Cost
from sysmgmt.service.turns import ASKING, CHECKS, SharedHasher, Turns
from tests.support.hashers import CountingHasher
from tests.support.waiting import wait_until

FLOOD, GOOD = 65001, 65002
"""Two uids."""


class Slow(CountingHasher):
    """A hasher that works only when it is told to, and remembers for whom."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, folder / "log")
        self.begun: list[int] = []
        self._go = threading.Semaphore(0)

    def waste(self, text: str, cost: Cost) -> None:
        """Wait for `finish`."""
        self.begun.append(ASKING.get())
        assert self._go.acquire(timeout=20)

    def finish(self, expected: int) -> None:
        """Let one end, and wait until so many have begun."""
        self._go.release()
        wait_until(lambda: len(self.begun) == expected)


def asking(shared: SharedHasher, uid: int) -> threading.Thread:
    """A thread in which a password is checked for a uid."""
    def work() -> None:
        ASKING.set(uid)
        shared.waste("", Cost())
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("uid, soonest, latest", [(FLOOD, CHECKS, 10), (0, 15, 20)],
                         ids=["flood", "control: root is not held back"])
def test_a_flood_of_one_uid_lets_another_one_through(tmp_path: Path, uid: int, soonest: int, latest: int) -> None:
    hasher = Slow(tmp_path)
    shared = SharedHasher(hasher)
    threads = [asking(shared, uid) for _ in range(20)]
    wait_until(lambda: len(hasher.begun) == CHECKS)
    threads.append(asking(shared, GOOD))
    for number in range(21):
        hasher.finish(min(CHECKS + number + 1, 21))
    for one in threads:
        one.join()
    assert soonest <= hasher.begun.index(GOOD) <= latest


def test_whoever_waits_too_long_is_told_so_and_takes_no_turn() -> None:
    turns = Turns(1, 0.05)
    with turns.turn():
        with pytest.raises(BoxBusy), turns.turn():
            pass
    with turns.turn():
        pass
