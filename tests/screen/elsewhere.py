"""A program whose standard output is a pipe while its person sits at a terminal."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sysmgmt.screen.keyboard import Keyboard  # noqa: E402
from sysmgmt.screen.questions import TerminalAsker  # noqa: E402

if __name__ == "__main__":
    try:
        Keyboard(sys.stdin, sys.stdout, lambda: 60)
        sys.exit("a keyboard with an unseen screen")
    except ValueError:
        pass
    with open("/dev/tty", "w", encoding="utf-8") as tty:
        answer = TerminalAsker(Keyboard(sys.stdin, tty, lambda: 60)).secret("Password", False)
        tty.write(f"it was {answer}\n")
