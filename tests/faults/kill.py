"""python -m tests.faults.kill: writers are killed with SIGKILL, and what they promised has to be there.

It goes on until the time is over and at least 200 writers were killed between their first write and an
answer; it prints what it counted. The exit status says whether anything was lost.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from sysmgmt.store.state import StateStore
from tests.faults import writer

BUSY = 200


class Outcome(NamedTuple):
    """Kills, those of them between a "try" and its "done", changes promised, and those that are lost."""

    kills: int
    busy: int
    promised: int
    lost: int


def killed(folder: str, number: int, kind: str = "--compact") -> list[str]:
    """Start a writer, kill it after a random time of work; the lines that it said."""
    command = [sys.executable, "-m", "tests.faults.writer", folder, "1000000", f"k{number}_", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()  # It works from here on, whatever its start took.
        time.sleep(random.uniform(0, 0.02))
        process.kill()
        return [line[:-1] for line in [first, *process.stdout] if line.endswith("\n")]


def loop(folder: str, seconds: float, least: int) -> Outcome:
    """Kill until `seconds` are over and `least` writers were busy; every time all promises are checked."""
    end = time.monotonic() + seconds
    promised: set[str] = set()
    kills = busy = lost = 0
    while time.monotonic() < end or busy < least:
        said = killed(folder, kills)
        kills += 1
        busy += bool(said) and said[-1].startswith("try")
        promised |= writer.names(said, "done")
        lost = len(promised - present(folder))
    return Outcome(kills, busy, len(promised), lost)


def present(folder: str) -> set[str]:
    """Who is there, for a reader who just came. Raises StateDamaged."""
    return set(StateStore(folder).read().accounts)


def main() -> int:
    """1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long writers are killed (60)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        outcome = loop(os.path.join(folder, "state"), seconds, BUSY)
        facts = StateStore(os.path.join(folder, "state")).check()
    print(*outcome._asdict().items(), facts)
    return 1 if outcome.lost else 0


if __name__ == "__main__":
    sys.exit(main())
