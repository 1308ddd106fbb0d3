"""The measurements are there, and tell whether a goal holds."""

import importlib

import pytest

from tests.bench.__main__ import PARTS
from tests.bench.clock import Goal, Work, compare, found

TIMES = {"ours": 0.003, "theirs": 0.001}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_measured(part: str) -> None:
    assert callable(importlib.import_module(f"tests.bench.{part}").measure)


def test_a_goal_that_is_missed_is_told() -> None:
    assert not found("W0", Goal("ours", "theirs", 2.9), TIMES).held
    held = found("W0", Goal("ours", "theirs", 3.1), TIMES)
    assert held.held and held.figure == "3 ms, 3.00x (1 ms)" and held.goal == "3.1x theirs at most"


def test_a_goal_without_a_peer_is_one_of_time() -> None:
    assert found("W0", Goal("ours", most=0.003), TIMES) == ("W0: ours", "3 ms at most", "3 ms", True)
    assert not found("W0", Goal("ours", most=0.002), TIMES).held


def test_a_peer_without_a_goal_is_only_told() -> None:
    assert found("W0", Goal("ours", "theirs"), TIMES) == ("W0: ours beside theirs", "", "3 ms, 3.00x (1 ms)", True)
    assert found("W0", Goal("ours"), TIMES) == ("W0: ours", "", "3 ms", True)


def test_what_is_compared_is_the_least_that_each_took(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = iter([9.0, 0.003, 0.009]), iter([9.0, 0.004, 0.001])
    [one] = compare("W0", [Work("theirs", lambda: next(theirs)), Work("ours", lambda: next(ours))], 2,
                    goals=[Goal("ours", "theirs")])
    assert one.figure == "3 ms, 3.00x (1 ms)"
    assert "W0  (2 rounds in turn)" in capsys.readouterr().out
