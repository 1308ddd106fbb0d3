"""python -m tests.figures: what was measured, when, and by which command.

It prints the figures, and what is wrong with them; a figure that is added takes the place of the one with
the same claim.
"""

import argparse
import sys

from tests.figures import table


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.figures", description=__doc__)
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--write", action="store_true", help="write the page of the manual")
    wanted.add_argument("--add", metavar="CHAPTER|CLAIM|GOAL|FIGURE|COMMAND",
                        help="keep a figure that this machine has shown today")
    asked = parser.parse_args(arguments)
    if asked.write:
        table.record([])
    elif asked.add:
        texts = asked.add.split("|")
        if len(texts) != 5 or texts[0] not in table.CHAPTERS:
            parser.error(f"give five texts with | between them; the chapters are {', '.join(table.CHAPTERS)}")
        table.record([table.row(*texts)])
    else:
        print("\n".join(" | ".join(one) for one in table.rows()))
    wrong = list(table.problems())
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
