"""What `python -m tests.figures` does.

Without an argument it prints the figures, and what is wrong with them. --write writes the page of the
manual. --add 'CHAPTER|CLAIM|GOAL|FIGURE|COMMAND' keeps a figure that this machine has shown today, in
the place of the one with the same claim.
"""

import sys

from tests.figures import table


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    if arguments == ["--write"]:
        table.record([])
    elif arguments[:1] == ["--add"]:
        found = table.row(*arguments[1].split("|"))
        if found.chapter not in table.CHAPTERS:
            print(f"The chapters are {', '.join(table.CHAPTERS)}.", file=sys.stderr)
            return 2
        table.record([found])
    else:
        print("\n".join(" | ".join(one) for one in table.rows()))
    wrong = list(table.problems())
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
