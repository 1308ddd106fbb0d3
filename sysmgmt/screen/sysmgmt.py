"""The command shell as a cmd2 application."""

import re
from typing import TextIO

from sysmgmt.screen.complete import candidates
from sysmgmt.screen.conversation import Conversation
from sysmgmt.screen.hardened import Hardened
from sysmgmt.screen.history import Redacted
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.offer import Offer

_QUESTION_MARK = re.compile(r"\s*(\w*)\s*\?\s*")


class Sysmgmt(Hardened):
    """The command shell."""

    SUFFIX = "> "

    def __init__(self, conversation: Conversation, source: Lines | Keyboard, out: TextIO) -> None:
        self.conversation = conversation
        super().__init__(conversation, source, out, Redacted(conversation.catalog))

    def take(self, line: str) -> bool:
        """Carry out the line; on a terminal `?` asks for help."""
        asked = _QUESTION_MARK.fullmatch(line) if isinstance(self.source, Keyboard) else None
        return super().take(f"help {asked[1]}".strip() if asked else line)

    def offers(self, before: str) -> list[Offer]:
        """What Tab offers."""
        return candidates(before, self.conversation.catalog, self.conversation.door)
