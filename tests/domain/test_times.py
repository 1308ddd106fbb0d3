"""Points and lengths of time as text."""

import random
from datetime import UTC, datetime

import pytest

from sysmgmt.domain.times import Running, is_moment, iso, passed, roughly, words


@pytest.mark.parametrize("seconds, digits, text", [
    (None, 0, None), (0, 0, "1970-01-01T00:00:00Z"), (0.5, 0, "1970-01-01T00:00:00Z"),
    (0.25, 6, "1970-01-01T00:00:00.250000Z"), (1.9999999, 6, "1970-01-01T00:00:02.000000Z"),
    (1.9999994, 6, "1970-01-01T00:00:01.999999Z"), (59.9999999, 3, "1970-01-01T00:01:00.000Z"),
    (-0.5, 6, "1969-12-31T23:59:59.500000Z")])
def test_a_point_in_time_is_iso_8601_in_utc(seconds: float | None, digits: int, text: str | None) -> None:
    assert iso(seconds, digits) == text


@pytest.mark.parametrize("seconds, shown", [
    (0.0, True), (1.7e9, True), (253402300799.0, True), (253402300800.0, False), (2.0**62, False),
    (float("nan"), False), (float("inf"), False)])
def test_a_moment_is_what_can_be_shown(seconds: float, shown: bool) -> None:
    assert is_moment(seconds) is shown


def test_only_one_start_of_the_machine_says_how_much_has_passed() -> None:
    assert Running() == ("", 0)
    assert passed(Running("a", 5), Running("a", 7)) == 2 and passed(Running("a", 5), Running("b", 7)) == 7


@pytest.mark.requirement(76)
def test_times_never_run_backwards_when_they_are_written() -> None:
    chance = random.Random(1)
    for _ in range(5_000):
        moment = 1.7e9 + chance.random() * 1e6
        written = iso(moment, 6)
        assert written and abs(datetime.fromisoformat(written).timestamp() - moment) <= 1e-6
        assert datetime.fromisoformat(written).tzinfo == UTC


@pytest.mark.parametrize("seconds, text", [
    (60, "1 minute"), (1800, "30 minutes"), (90 * 86400, "90 days"), (86400, "1 day"), (45, "45 seconds"),
    (90, "90 seconds"), (3600, "1 hour"), (0, "1 second"),
    (59.6, "1 minute"), (0.3, "1 second")])
def test_a_length_of_time_is_told_in_the_largest_exact_unit(seconds: float, text: str) -> None:
    assert words(seconds) == text


@pytest.mark.parametrize("seconds, text", [
    (2193, "36 minutes"), (59, "59 seconds"), (60, "1 minute"), (86399, "23 hours"), (3 * 86400 + 7, "3 days"),
    (0.4, "1 second")])
def test_an_age_is_told_in_the_largest_unit_that_has_passed(seconds: float, text: str) -> None:
    assert roughly(seconds) == text
