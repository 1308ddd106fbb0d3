"""Progress: told seldom enough for people, and not at all of quick work."""

from sysmgmt.domain.progress import PACE, PATIENCE, sparse
from tests.support.clock import HeldClock


def test_quick_work_says_nothing_and_slow_work_says_it_now_and_then() -> None:
    clock = HeldClock()
    heard: list[int] = []
    report = sparse(lambda sentence, done, total: heard.append(done), lambda: clock.now)
    for done in range(20):
        report("Working", done, 20)
        clock.move(0.25)
    assert heard and heard[0] * 0.25 >= PATIENCE
    assert all((after - before) * 0.25 >= PACE for before, after in zip(heard, heard[1:], strict=False))
