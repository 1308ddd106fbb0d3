"""The lines that arrow-up brings back: in memory only, and without secrets."""

from collections.abc import AsyncGenerator, Iterable, Mapping

from prompt_toolkit.history import History

from sysmgmt.domain.errors import InvalidValue
from sysmgmt.engine import language
from sysmgmt.engine.declaration import Command

MOST_LINES = 500
LONGEST_LINE = 1000


def redact(line: str, catalog: Mapping[str, Command]) -> str | None:
    """`line` without its secret parameters, so that it asks for them when it is run again.

    None where it cannot be told for certain what is secret: another secret may stand in a line
    that cannot be understood, or be the line itself, typed at the wrong prompt.
    """
    command = catalog.get(language.command_of(line))
    if command is None or len(line) > LONGEST_LINE or "\n" in line:
        return None
    secret = {one.name for one in command.parameters if one.word.secret}
    if not secret:
        return line
    try:
        parts = language.parse(line)
    except InvalidValue:
        return None
    bare = [one for one in command.parameters if one.word.bare]
    names = [*parts.texts, *parts.on_next_lines]
    if len(parts.bare) > len(bare) or any(command.parameter(name) is None for name in names):
        return None
    return " ".join(one.written for one in language.tokens(line) if one.name not in secret)


class Redacted(History):
    """At most MOST_LINES lines, redacted as they come in."""

    def __init__(self, catalog: Mapping[str, Command]) -> None:
        super().__init__()
        self._catalog = catalog
        self._lines: list[str] = []

    def append_string(self, string: str) -> None:
        """Keep what may be kept of a line that was entered."""
        line = redact(string, self._catalog)
        if line and line != (self._lines or [""])[-1]:
            self._lines = [*self._lines, line][-MOST_LINES:]

    def get_strings(self) -> list[str]:
        """The lines, the oldest first."""
        return list(self._lines)

    async def load(self) -> AsyncGenerator[str, None]:
        """The lines, the newest first."""
        for line in reversed(self._lines):
            yield line

    def load_history_strings(self) -> Iterable[str]:
        """There is no file to load from."""
        return []

    def store_string(self, string: str) -> None:
        """There is no file to store to."""
