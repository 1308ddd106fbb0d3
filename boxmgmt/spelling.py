"""The line of Sysmgmt that does the same as an item of the menu."""

from collections.abc import Mapping

from sysmgmt.engine.declaration import Command
from sysmgmt.engine.language import quoted


def line(command: Command, texts: Mapping[str, str], confirmed: bool = False) -> str:
    """The line that runs `command` with `texts`; a secret or a block is written `-`, as in a batch.

    It confirms only what was asked and `confirmed` here, lest elsewhere something goes without a question.
    """
    values = (f"{one.name}={'-' if one.word.secret or one.word.block else quoted(texts[one.name])}"
              for one in command.parameters if one.name in texts)
    return " ".join([command.name, *values, *(["--yes"] if confirmed else [])])
