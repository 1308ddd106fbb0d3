"""python -m tests.requirements: which test proves what the standards ask for.

It prints which tests prove each requirement, and what is not met; or switches rules off, one at a time,
and prints the rows whose tests stay green.
"""

import argparse
import sys

from tests.requirements import proofs, sabotage
from tests.requirements.unmet import UNMET


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.requirements", description=__doc__)
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--write", action="store_true", help="write the page of the manual")
    wanted.add_argument("--sabotage", nargs="*", type=int, metavar="ROW", help="switch these rules off, or all")
    asked = parser.parse_args(arguments)
    if asked.write:
        proofs.PAGE.write_text(proofs.page(), encoding="utf-8")
        return 0
    if asked.sabotage is not None:
        return sabotage.run({*asked.sabotage})
    for row in proofs.rows():
        print(f"{row.number:3}  {row.says}")
        if row.number in UNMET:
            print(f"       not met: {UNMET[row.number]}")
        for test in proofs.named().get(row.number, ()):
            print(f"       {test}")
    wrong = list(proofs.problems())
    print("\n".join([proofs.summary(), *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
