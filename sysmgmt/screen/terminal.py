"""The command shell as a cmd2 application."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from sysmgmt.domain.errors import InternalError, Refusal
from sysmgmt.engine.declaration import Command
from sysmgmt.engine.door import Door
from sysmgmt.screen.complete import candidates
from sysmgmt.screen.hardened import Hardened
from sysmgmt.screen.history import Redacted
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.offer import Offer

_QUESTION_MARK = re.compile(r"\s*(\w*)\s*\?\s*")


class Conversation(Protocol):
    """What becomes of the lines; the same for every way they can come in."""

    door: Door
    catalog: Mapping[str, Command]
    status: int

    def take(self, line: str) -> bool:
        """Do what the line says; True ends the shell."""

    def refuse(self, refusal: Refusal) -> bool:
        """Answer a line that cannot be used; True ends the shell."""


class Sysmgmt(Hardened):
    """The command shell. `explain` records an unforeseen failure and gives the id of the record."""

    def __init__(self, conversation: Conversation, source: Lines | Keyboard, out: TextIO,
                 explain: Callable[[Exception], str]) -> None:
        self.conversation = conversation
        self.explain = explain
        super().__init__(source, out, Redacted(conversation.catalog))

    def take(self, line: str) -> bool:
        """Give the line to the conversation; on a terminal `?` asks for help."""
        asked = _QUESTION_MARK.fullmatch(line) if isinstance(self.source, Keyboard) else None
        stop = self.conversation.take(f"help {asked[1]}".strip() if asked else line)
        self.exit_code = self.conversation.status
        return stop

    def refused(self, refusal: Refusal) -> bool:
        """Let the conversation answer."""
        stop = self.conversation.refuse(refusal)
        self.exit_code = self.conversation.status
        return stop

    def failed(self, error: Exception) -> bool:
        """Let the conversation answer with the id of what was recorded."""
        return self.refused(InternalError(id=self.explain(error)))

    def prompt_text(self) -> str:
        """The box's name, as far as it can be read."""
        try:
            return f"{self.conversation.door.sign().name}> "
        except Refusal:
            return "> "

    def offers(self, before: str) -> list[Offer]:
        """What Tab offers."""
        return candidates(before, self.conversation.catalog, self.conversation.door)
