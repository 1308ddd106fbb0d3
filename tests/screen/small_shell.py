"""The command shell over a few commands: `python small_shell.py`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from screen.small import CATALOG, SmallDoor  # noqa: E402
from sysmgmt.domain.errors import Refusal  # noqa: E402
from sysmgmt.screen.keyboard import Keyboard  # noqa: E402
from sysmgmt.screen.lines import Lines  # noqa: E402
from sysmgmt.screen.terminal import Sysmgmt  # noqa: E402


class Repeating:
    """A conversation that repeats."""

    def __init__(self) -> None:
        self.door = SmallDoor()
        self.catalog = CATALOG
        self.status = 0

    def take(self, line: str) -> bool:
        print(f"took {line!r}", flush=True)
        if line == "fail":
            raise ValueError("a secret of the frame")
        self.status = 3 if line == "three" else self.status
        return line == "quit"

    def refuse(self, refusal: Refusal) -> bool:
        print(f"refused {refusal}", flush=True)
        self.status = refusal.status
        return False


if __name__ == "__main__":
    source = Keyboard(sys.stdin, sys.stdout, lambda: 60) if sys.stdin.isatty() else Lines(0)
    conversation = Repeating()
    sys.exit(Sysmgmt(conversation, source, sys.stdout, conversation.door.explain).cmdloop())
