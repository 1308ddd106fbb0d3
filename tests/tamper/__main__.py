"""python -m tests.tamper [LOGS]: every kind of tampering, by every attacker, at every record of so many logs (200).

Prints how many were tried, and missed: with an anchor that was known elsewhere, without one before the current
epoch, and without one in it, where nothing else shows it. The exit status says whether one was missed that must
be found. About ten minutes.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.tamper.matrix import Cell, cells, figures


def main() -> int:
    """Tamper with so many logs; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.tamper", description=__doc__)
    parser.add_argument("logs", nargs="?", type=int, default=200, metavar="LOGS", help="how many logs (200)")
    count = parser.parse_args().logs
    if count < 1:
        parser.error("at least one log has to be tried")
    folder = Path(tempfile.mkdtemp(prefix="tamper-", dir="/dev/shm"))
    found: list[Cell] = []
    try:
        for one in cells(folder, range(count)):
            found.append(one)
    finally:
        shutil.rmtree(folder)
    print("\n".join(figures(found)))
    return 1 if any(one.is_missed for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
