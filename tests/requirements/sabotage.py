"""Switches rules off, one at a time, and looks whether the tests that name their requirements go red."""

import os
import subprocess
import sys
from pathlib import Path

from tests.requirements import proofs
from tests.requirements.switches import FIXED, SWITCHES

ROOT = proofs.TESTS.parent
LONGEST = 240.0
"""Seconds after which tests that still run count as red: what they wait for does not come."""
ELSEWHERE = ("tests/doors/", "tests/attacks/test_second_order", "tests/attacks/test_deployed_doors")
"""Tests of whole machines, whose programs are a copy that no switch reaches."""


def notices(row: int, sabotaged: bool) -> bool:
    """Whether a test of a row is red, with its rule switched off or without."""
    tests = [one for one in proofs.named()[row] if not one.startswith(ELSEWHERE)]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=ROOT, env=_environment(row, sabotaged), capture_output=True,
                              timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (0, 1):
        raise RuntimeError(f"row {row}: {done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}")
    return done.returncode == 1


def _environment(row: int, sabotaged: bool) -> dict[str, str]:
    site = Path(__file__).with_name("site")
    switch = {"PYTHONPATH": str(site), "SABOTAGE_ROOT": str(ROOT), "SABOTAGE_ROW": str(row)} if sabotaged else {}
    return {**os.environ, **switch}


def run(chosen: set[int]) -> int:
    """Switch off the rules of the rows chosen, or of all; the number of rows that stay green, as a status."""
    green, wanted = [], chosen or {*SWITCHES, *FIXED}
    for row in sorted(wanted & set(SWITCHES)):
        red = notices(row, True)
        green += [] if red else [row]
        print(f"{row:3}  {'red' if red else 'GREEN'}  {SWITCHES[row].target}", flush=True)
    for row in sorted(wanted & set(FIXED)):
        print(f"{row:3}  not switched off: {FIXED[row]}")
    print(f"{len(green)} rows stay green{': ' if green else ''}{', '.join(map(str, green))}.")
    return min(1, len(green))
