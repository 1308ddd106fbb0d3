"""A small shell for the tests: `python demo.py '{"limit": 0.5}'`; says what arrives, as it arrives."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parents[2]))

from sysmgmt.domain.errors import Cancelled, InternalError, Refusal, SessionEnded  # noqa: E402
from sysmgmt.screen.hardened import Hardened  # noqa: E402
from sysmgmt.screen.keyboard import Keyboard  # noqa: E402
from sysmgmt.screen.lines import Lines  # noqa: E402
from sysmgmt.screen.offer import Offer, among  # noqa: E402
from sysmgmt.screen.output import Output  # noqa: E402
from sysmgmt.screen.pager import Pager  # noqa: E402
from sysmgmt.screen.questions import TerminalAsker  # noqa: E402
from sysmgmt.screen.signals import guarded  # noqa: E402
from sysmgmt.screen.taker import Manner, Taker  # noqa: E402
from tests.screen.small import SmallDoor  # noqa: E402


class Saying(Taker):
    """Says what it takes."""

    def __init__(self, source: Lines | Keyboard, out: TextIO) -> None:
        super().__init__(SmallDoor(), Output(out, out), Manner())
        self.source = source
        self.out = out
        self.taken = 0
        self.asker = TerminalAsker(source) if isinstance(source, Keyboard) else None

    def take(self, line: str) -> bool:
        self.taken += 1
        word, _, rest = line.partition(" ")
        action = getattr(self, f"act_{word}", None) if word.isidentifier() else None
        self.say(f"took {line!r}")
        try:
            if action:
                self.say(f"{word}: {action(rest)!r}")
        except Cancelled:
            self.say(f"{word}: cancelled")
        return word == "quit"

    def act_sleep(self, rest: str) -> None:
        time.sleep(float(rest))

    def act_swallow(self, rest: str) -> str:
        try:
            return self.act_text(rest)
        except Exception:
            return "swallowed"

    def act_fail(self, rest: str) -> None:
        hunter2 = "a secret of the frame"
        raise ValueError(hunter2)

    def act_status(self, rest: str) -> None:
        self.status = int(rest)

    def act_exit(self, rest: str) -> None:
        sys.exit(int(rest))

    def act_text(self, rest: str) -> str:
        assert self.asker
        return self.asker.text("User name", rest.split())

    def act_secret(self, rest: str) -> str:
        assert self.asker
        return self.asker.secret("Password", rest == "twice")

    def act_confirm(self, rest: str) -> None:
        assert self.asker
        time.sleep(float(rest or 0))
        self.asker.confirm("Remove it?")

    def act_page(self, rest: str) -> None:
        assert isinstance(self.source, Keyboard)
        Pager(self.source).page("".join(f"row {number}\n" for number in range(1, int(rest) + 1)))

    def say(self, text: str) -> None:
        self.out.write(text + "\n")
        self.out.flush()

    def refuse(self, refusal: Refusal) -> bool:
        self.say("failed" if isinstance(refusal, InternalError) else f"refused {refusal}")
        return False


class Demo(Hardened):
    """The shell around it, which counts."""

    def __init__(self, source: Lines | Keyboard, out: TextIO) -> None:
        self.saying = Saying(source, out)
        super().__init__(self.saying, source, out)

    def prompt_text(self) -> str:
        return f"demo {self.saying.taken}> "

    def offers(self, before: str) -> list[Offer]:
        if before == "broken":
            raise ValueError("the completer is broken")
        return among(["monitor", "month", "sleep "], before)


def source(options: dict[str, Any]) -> Lines | Keyboard:
    started = time.monotonic()

    def standing() -> Refusal | None:
        over = time.monotonic() - started > options.get("stands", 1e9)
        return SessionEnded(reason="the user was locked") if over else None

    def limit() -> float:
        return float(options.get("limit", 60))

    if sys.stdin.isatty() and sys.stdout.isatty():
        return Keyboard(sys.stdin, sys.stdout, limit, standing)
    return Lines(0, limit, standing)


def main() -> int:
    demo = Demo(source(json.loads((sys.argv[1:] or ["{}"])[0])), sys.stdout)
    code = demo.cmdloop()
    if demo.end:
        demo.saying.say(f"ended: {demo.end}")
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # before and after the loop; within it, it is the loop's
    with guarded():
        status = main()
        sys.stdout.flush()
        os._exit(status)
