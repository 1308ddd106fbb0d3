"""The measurements are there, and tell whether a goal holds."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS
from tests.bench.clock import Goal, Work, compare, found

DEAR = {"argparse", "cmd2", "cryptography", "datetime", "inspect", "ldap3", "locale", "paramiko", "prompt_toolkit",
        "rich", "shutil", "ssl", "subprocess", "tempfile"}
"""What costs a good part of a command, and one that changes only the state needs not."""
TIMES = {"ours": 0.003, "theirs": 0.001}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_measured(part: str) -> None:
    assert callable(importlib.import_module(f"tests.bench.{part}").measure)


def test_a_goal_that_is_missed_is_told() -> None:
    assert not found("W0", Goal("ours", "theirs", 2.9), TIMES).held
    held = found("W0", Goal("ours", "theirs", 3.1), TIMES)
    assert held.held and held.figure == "3 ms, 3.00x (1 ms)" and held.goal == "3.1x theirs at most"


def test_a_peer_without_a_goal_is_only_told() -> None:
    assert found("W0", Goal("ours", "theirs"), TIMES) == ("W0: ours beside theirs", "", "3 ms, 3.00x (1 ms)", True)
    assert found("W0", Goal("ours"), TIMES) == ("W0: ours", "", "3 ms", True)


def test_what_is_compared_is_the_least_that_each_took(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = iter([9.0, 0.003, 0.009]), iter([9.0, 0.004, 0.001])
    [one] = compare("W0", [Work("theirs", lambda: next(theirs)), Work("ours", lambda: next(ours))], 2,
                    goals=[Goal("ours", "theirs")])
    assert one.figure == "3 ms, 3.00x (1 ms)"
    assert "W0  (2 rounds in turn)" in capsys.readouterr().out


def test_a_command_of_the_embedded_engine_loads_nothing_dear(folder: Path) -> None:
    program = f"import sys, sysmgmt.screen.program; from sysmgmt import box; box.embedded({str(folder)!r}); " \
              "print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "sysmgmt.store.state" in told and not DEAR & set(told)
