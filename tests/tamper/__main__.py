"""python -m tests.tamper [LOGS]: every kind of tampering, by every attacker, at every record of so many logs (200).

Prints how many were tried, and missed: with an anchor that was known elsewhere, without one before the current
epoch, and without one in it, where nothing else shows it. The exit status says whether one was missed that must
be found. About ten minutes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.tamper.matrix import Cell, cells, figures


def main(count: int = 200) -> int:
    """Tamper with so many logs; the exit status."""
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
    sys.exit(main(*map(int, sys.argv[1:2])))
