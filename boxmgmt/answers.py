"""Questions of the menu where there is nobody to ask: the next line is the answer."""

from collections.abc import Callable, Sequence

from sysmgmt.domain.errors import Cancelled
from sysmgmt.screen.lines import Lines


class NoAnswer(Exception):
    """The input ended where an answer was due."""


class PipeAsker:
    """An Asker that reads lines: each is one answer, also one that is blank or begins with `#`.

    `mark` is told of every line, so that a message can name it. Every method raises NoAnswer at
    the end of the input, and InvalidValue for a line that cannot be used.
    """

    def __init__(self, lines: Lines, mark: Callable[[], None]) -> None:
        self._lines = lines
        self._mark = mark

    def text(self, about: str, offers: Sequence[str]) -> str:
        """The next line, without the blanks around it, as on a terminal."""
        return self._next().strip()

    def secret(self, about: str, twice: bool) -> str:
        """The next line, once: nobody mistypes in a file."""
        return self._next()

    def confirm(self, question: str) -> None:
        """Return if the next line is `y` or `yes`. Raises Cancelled."""
        if self._next().strip().lower() not in ("y", "yes"):
            raise Cancelled()

    def reject(self, message: str) -> bool:
        """No: a file does not think again."""
        return False

    def explain(self, *lines: str) -> bool:
        """No: nobody reads it."""
        return False

    def _next(self) -> str:
        try:
            line = self._lines.value()
        finally:
            self._mark()
        if line is None:
            raise NoAnswer
        return line
