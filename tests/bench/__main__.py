"""python -m tests.bench [PART...]: speed beside the limits of the machine and beside its peers, in one run.

The exit status says whether every goal holds.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from tests.bench import requisites
from tests.figures import table

PARTS = ("limits", "starts", "batches", "growth", "guesses", "journal", "keys", "directory", "service")
ROUNDS = 15


def main(arguments: list[str]) -> int:
    """Measure; the exit status says whether every goal holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install the peers and this clone first")
    parser.add_argument("--record", action="store_true", help="keep the findings in the page of figures")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each is measured ({ROUNDS})")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all if none is named")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(unknown)}: {', '.join(PARTS)}")
    if asked.install:
        requisites.install()
    if missing := requisites.missing():
        print(f"The peers are missing: run it with --install, or apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    missed = [line for part in asked.parts or PARTS for line in _missed(part, asked.rounds, asked.record)]
    print("\n".join(["", "Missed:", *missed] if missed else ["", "All goals hold."]))
    return int(bool(missed))


def _missed(part: str, rounds: int, record: bool) -> list[str]:
    """Measure one part; the goals that do not hold."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)  # clients and PostgreSQL are not root
        findings = list(importlib.import_module(f"tests.bench.{part}").measure(Path(folder), rounds))
    if record:
        table.record(table.row("Speed", one.claim, one.goal, one.figure + ("" if one.held else table.MISSED),
                               f"python -m tests.bench {part}") for one in findings)
    return [f"  {one.claim}: {one.figure}; goal: {one.goal}" for one in findings if not one.held]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
