"""Questions to a person at a terminal."""

import re
from collections.abc import Sequence

from sysmgmt.domain.errors import Cancelled, InvalidValue
from sysmgmt.screen import keystrokes
from sysmgmt.screen.ask import MOST_LISTED
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.lines import LARGEST, check
from sysmgmt.screen.offer import among
from sysmgmt.screen.visible import escaped
from sysmgmt.screen.wrapping import fitted

PROMPT = " > "

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")


class TerminalAsker:
    """An Asker: the question on one line, then ` > `. Ctrl-C and Ctrl-D break off with Cancelled.

    All of it is shown on the keyboard's own terminal, wherever standard output goes.
    """

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard

    def text(self, about: str, offers: Sequence[str]) -> str:
        """The value typed; of choices that are listed, the number stands for the value."""
        listed = list(offers) if len(offers) <= MOST_LISTED else []
        self._say(about, *(f"  {number}. {one}" for number, one in enumerate(listed, 1)))
        typed = self._whole(offers, hidden=False).strip()
        chosen = typed.isdecimal() and typed not in offers and 1 <= int(typed) <= len(listed)
        return listed[int(typed) - 1] if chosen else typed

    def secret(self, about: str, twice: bool) -> str:
        """The value typed, of which nothing is shown, not even its length."""
        with self._keyboard.silent():
            while True:
                self._say(about)
                typed = self._whole((), hidden=True)
                if not twice:
                    return typed
                self._say(f"{about}, again")
                if self._whole((), hidden=True) == typed:
                    return typed
                self._say("The two entries differ. Enter both again.")

    def confirm(self, question: str) -> None:
        """Return if the answer is yes. What was typed before the question was seen is no answer."""
        self._keyboard.forget()
        self._say(*f"{question} (y/n)".split("\n"))
        while (typed := self._line((), hidden=False).strip().lower()) not in ("y", "yes"):
            if typed in ("n", "no"):
                raise Cancelled()
            self._say("Answer y or n.")

    def reject(self, message: str) -> bool:
        """Say that the answer cannot be used; it may be given again."""
        self._say(message, "Answer again, or press Ctrl-C to cancel.")
        return True

    def explain(self, *lines: str) -> bool:
        """Say what can be answered."""
        self._say(*lines)
        return True

    def _whole(self, offers: Sequence[str], hidden: bool) -> str:
        """One line, or blocks from -----BEGIN to -----END, however many lines they are pasted as."""
        text = self._line(offers, hidden)
        while self._goes_on(text) and len(text) < LARGEST:
            text += "\n" + self._line((), hidden)
        return text

    def _goes_on(self, text: str) -> bool:
        """Whether a block has not ended yet, or another one was pasted behind it."""
        begun = _BLOCK.findall(text)
        if not begun or not text.strip().startswith("-----BEGIN "):
            return False
        ended = f"-----END {begun[-1]}-----" in text.rpartition("-----BEGIN ")[2]
        return not ended or self._keyboard.follows("-----BEGIN ")

    def _line(self, offers: Sequence[str], hidden: bool) -> str:
        session = keystrokes.session(self._keyboard, lambda before: among(offers, before), hidden=hidden)
        while True:
            try:
                typed = self._keyboard.read(session, PROMPT, hidden)
                return "\n".join(check(line, "The answer") for line in typed.split("\n"))
            except InvalidValue as refusal:
                self._say(f"{refusal}")
            except (KeyboardInterrupt, EOFError):
                raise Cancelled() from None

    def _say(self, *lines: str) -> None:
        self._keyboard.out.write(fitted("".join(escaped(line) + "\n" for line in lines), self._keyboard.out))
        self._keyboard.out.flush()
