"""The line of Sysmgmt that does the same as an item of the menu."""

from collections.abc import Mapping

from sysmgmt.engine.declaration import Command

_BLANKS = (" ", "\t")


def line(command: Command, texts: Mapping[str, str]) -> str:
    """The line that runs `command` with `texts`; a secret is written `-`, as in a batch."""
    values = (f"{one.name}={'-' if one.word.secret else quoted(texts[one.name])}"
              for one in command.parameters if one.name in texts)
    return " ".join([command.name, *values, *(["--yes"] if command.asks else [])])


def quoted(text: str) -> str:
    """`text` as a value, in quotes where the language needs them."""
    if text and text != "-" and '"' not in text and not any(one in text for one in _BLANKS):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
