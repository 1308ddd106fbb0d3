"""The command shell over a few commands: `python small_shell.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sysmgmt.domain.errors import Refusal  # noqa: E402
from sysmgmt.screen.conversation import Conversation  # noqa: E402
from sysmgmt.screen.keyboard import Keyboard  # noqa: E402
from sysmgmt.screen.lines import Lines  # noqa: E402
from sysmgmt.screen.output import Output  # noqa: E402
from sysmgmt.screen.sysmgmt import Sysmgmt  # noqa: E402
from sysmgmt.screen.taker import Manner  # noqa: E402
from tests.screen.small import CATALOG, SmallDoor  # noqa: E402


class Repeating(Conversation):
    """A conversation that repeats."""

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
    conversation = Repeating(SmallDoor(), CATALOG, Output(sys.stdout, sys.stderr), Manner())
    sys.exit(Sysmgmt(conversation, source, sys.stdout).serve())
