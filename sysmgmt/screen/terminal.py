"""The command shell as a cmd2 application."""

import re
from collections.abc import Mapping
from typing import Protocol, TextIO

from sysmgmt.domain.errors import Refusal
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

    @property
    def door(self) -> Door:
        """The way to the engine."""

    @property
    def catalog(self) -> Mapping[str, Command]:
        """All commands by name."""

    @property
    def status(self) -> int:
        """The exit status so far."""

    def take(self, line: str) -> bool:
        """Do what the line says; True ends the shell."""

    def refused(self, refusal: Refusal) -> bool:
        """Answer a line that cannot be used; True ends the shell."""

    def failed(self, error: Exception) -> bool:
        """Answer a failure that nobody foresaw; True ends the shell."""


class Sysmgmt(Hardened):
    """The command shell."""

    def __init__(self, conversation: Conversation, source: Lines | Keyboard, out: TextIO) -> None:
        self.conversation = conversation
        super().__init__(source, out, Redacted(conversation.catalog))

    def take(self, line: str) -> bool:
        """Give the line to the conversation; on a terminal `?` asks for help."""
        asked = _QUESTION_MARK.fullmatch(line) if isinstance(self.source, Keyboard) else None
        stop = self.conversation.take(f"help {asked[1]}".strip() if asked else line)
        self.exit_code = self.conversation.status
        return stop

    def refused(self, refusal: Refusal) -> bool:
        """Let the conversation answer."""
        stop = self.conversation.refused(refusal)
        self.exit_code = self.conversation.status
        return stop

    def failed(self, error: Exception) -> bool:
        """Let the conversation answer."""
        stop = self.conversation.failed(error)
        self.exit_code = self.conversation.status
        return stop

    def prompt_text(self) -> str:
        """The box's name."""
        return f"{self.conversation.door.sign().name}> "

    def offers(self, before: str) -> list[Offer]:
        """What Tab offers."""
        return candidates(before, self.conversation.catalog, self.conversation.door)
