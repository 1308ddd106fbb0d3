"""What `python -m tests.requirements` does.

Without an argument it prints which tests prove each requirement, and what is not met. --write writes
the page of the manual. --sabotage [ROW...] switches rules off, one at a time, and prints the rows
whose tests stay green.
"""

import sys

from tests.requirements import proofs, sabotage
from tests.requirements.unmet import UNMET


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    if arguments[:1] == ["--write"]:
        proofs.PAGE.write_text(proofs.page(), encoding="utf-8")
        return 0
    if arguments[:1] == ["--sabotage"]:
        return sabotage.run({int(one) for one in arguments[1:]})
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
