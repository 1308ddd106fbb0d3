"""The menu as a cmd2 application."""

from collections.abc import Callable
from typing import TextIO

from boxmgmt.walk import Walk
from sysmgmt.domain.errors import InternalError, Refusal
from sysmgmt.screen.hardened import Hardened
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.lines import Lines


class Boxmgmt(Hardened):
    """The menu. `explain` records an unforeseen failure and gives the id of the record."""

    def __init__(self, walk: Walk, source: Lines | Keyboard, out: TextIO,
                 explain: Callable[[Exception], str]) -> None:
        self.walk = walk
        self.explain = explain
        super().__init__(source, out)

    def take(self, line: str) -> bool:
        """Give the choice to the walk."""
        stop = self.walk.take(line)
        self.exit_code = self.walk.status
        return stop

    def refused(self, refusal: Refusal) -> bool:
        """Let the walk answer."""
        stop = self.walk.refuse(refusal)
        self.exit_code = self.walk.status
        return stop

    def failed(self, error: Exception) -> bool:
        """Let the walk answer with the id of what was recorded."""
        return self.refused(InternalError(id=self.explain(error)))

    def prompt_text(self) -> str:
        """The box's name, as far as it can be read."""
        try:
            return f"{self.walk.door.sign().name}: "
        except Refusal:
            return ": "
