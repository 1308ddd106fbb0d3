"""How many logins from an address may fail, and for how long they count."""

import pytest

from sysmgmt.domain.origins import WINDOW, Place
from sysmgmt.host.failures import MOST, Failures
from tests.support.clock import HeldClock

FREE, BUSY, NONE = Place


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(1000.0)


@pytest.fixture
def failures(clock: HeldClock) -> Failures:
    return Failures(clock.port.passed)


def fail(failures: Failures, origin: str, times: int, most: int = 3) -> None:
    """Let so many logins fail, one after another."""
    for _ in range(times):
        assert failures.take(origin, most) is FREE
        failures.leave(origin, True)


def test_after_too_many_failures_none_is_tried_until_the_time_after_the_first_is_over(
        failures: Failures, clock: HeldClock) -> None:
    fail(failures, "a", 1)
    clock.move(WINDOW - 1)
    fail(failures, "a", 2)
    assert failures.take("a", 3) is NONE and failures.take("b", 3) is FREE, "another address has its own"
    clock.move(0.5)
    assert failures.take("a", 3) is NONE
    clock.now += 9 * WINDOW  # somebody sets the clock
    assert failures.take("a", 3) is NONE
    clock.move(0.5)
    fail(failures, "a", 3)
    assert failures.take("a", 3) is NONE


def test_what_succeeds_counts_for_nothing(failures: Failures) -> None:
    for _ in range(9):
        assert failures.take("a", 3) is FREE
        failures.leave("a", False)
    fail(failures, "a", 2)
    assert failures.take("a", 3) is FREE
    failures.leave("a", False)
    fail(failures, "a", 1)
    assert failures.take("a", 3) is NONE, "a right one forgives no wrong one"


def test_those_in_progress_hold_their_places_and_a_further_one_waits(failures: Failures, clock: HeldClock) -> None:
    assert [failures.take("a", 3) for _ in range(4)] == [FREE, FREE, FREE, BUSY]
    failures.leave("a", False)
    assert [failures.take("a", 3) for _ in range(2)] == [FREE, BUSY]
    failures.leave("a", True)
    assert failures.take("a", 3) is BUSY
    clock.move(WINDOW)
    assert [failures.take("a", 3) for _ in range(2)] == [FREE, BUSY], "two of before are still in progress"
    for _ in range(3):
        failures.leave("a", True)
    assert failures.take("a", 3) is NONE
    failures.leave("a", False)
    assert failures.take("a", 4) is FREE, "of a place that nobody held none comes back"
    assert failures.take("a", 4) is BUSY


def test_the_address_that_failed_longest_ago_goes_where_there_are_too_many(
        failures: Failures, clock: HeldClock) -> None:
    assert failures.take("busy", 1) is FREE
    for number in range(MOST):
        clock.move(0.01)
        fail(failures, f"a{number}", 1, 1)
    assert failures.take("a0", 1) is FREE, "it is forgotten"
    assert failures.take(f"a{MOST - 1}", 1) is NONE
    assert failures.take("busy", 1) is BUSY, "who is there is not forgotten"
