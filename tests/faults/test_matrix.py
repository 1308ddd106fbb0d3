"""A quick sample of the matrix of faults, and what shows that it would notice; all of it: python -m tests.faults."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.engine.declaration import Shown
from tests.faults import by_strace
from tests.faults.lines import ELSEWHERE, LINES


def test_every_command_that_changes_something_has_a_line_or_a_reason() -> None:
    lines = {one.command for one in LINES}
    assert not lines & ELSEWHERE.keys()
    assert {one.name for one in CATALOG if one.kind is not Shown} == lines | ELSEWHERE.keys()


def figures(*options: str) -> dict[str, Any]:
    """What a short campaign tells."""
    if not shutil.which("gcc"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("gcc is missing")
    done = subprocess.run([sys.executable, "-m", "tests.faults", "--json", *options], capture_output=True, text=True,
                          timeout=300)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.requirement(84)
@pytest.mark.requirement(112)
def test_a_sample_of_all_faults_breaks_no_promise() -> None:
    found = figures("--users", "1", "--commands", "4", "--tries", "30", "--pairs", "8", "--kills", "3",
                    "--seconds", "60")
    assert found["wrong"] == 0, found
    assert found["crash points"] >= 20 and found["I/O faults"] >= 20 and found["power cuts"] >= 1
    assert found["full disks"] >= 12 and found["read-only disks"] >= 4 and found["clock jumps"] >= 12
    assert found["two writers"] >= 4 and found["boxmgmtd killed"] == 3


@pytest.mark.parametrize("broken, only, words", [
    ("promises-early", "add_group", ["what was promised is lost", "bytes free", "read-only"]),
    ("records-nothing", "add_group", ["and records of 0"]), ("syncs-nothing", "add_group", ["power cut"]),
    ("renames-unsynced", "compact_state", ["the state cannot be read"]),
    ("locks-nothing", "add_group", ["add_group and add_group"]), ("forgets", "add_group", ["boxmgmtd killed"])])
def test_a_broken_store_is_noticed(broken: str, only: str, words: list[str]) -> None:
    """Positive controls."""
    pairs, kills = {"locks-nothing": (24, 0), "forgets": (0, 1)}.get(broken, (0, 0))
    found = figures("--users", "1", "--only", only, "--tries", "1" if pairs or kills else "40", "--seconds", "60",
                    "--pairs", str(pairs), "--kills", str(kills), "--broken", broken)
    assert found["wrong"] and all(one in str(found["problems"]) for one in words), found


def test_the_boundary_sees_the_same_calls_as_strace(tmp_path: Path) -> None:
    """What is numbered here is what the kernel is asked for, in the same order."""
    by_strace.needed()
    log = tmp_path / "log"
    done = subprocess.run(["strace", "-f", "-y", "-e", f"trace={by_strace.CALLS}", "-o", str(log), sys.executable,
                           "-m", "tests.faults.traced"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    seen = [line.split(maxsplit=1)[1].split("(")[0] for line in log.read_text(errors="replace").splitlines()
            if told["folder"] in line and "(" in line and "memfd:" not in line]
    assert len(told["calls"]) >= 40 and " ".join(told["calls"]) in " ".join(seen)
