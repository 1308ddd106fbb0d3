"""Help as text, made from the facts of the declarations."""

from collections.abc import Mapping
from typing import Any

WIDTH = 78
COLUMN = 22
"""Where the sentences of the overview begin."""
OTHERS = "Commands of other packages"
NEEDS = {"anyone": "to be logged in", "everybody": "to be logged in, except on a box that is not installed",
         "before installation": "a box that is not installed"}
"""What a command needs, where that is not a permission."""


def lines(facts: Mapping[str, Any]) -> list[str]:
    """The lines of `help`, or of `help COMMAND`."""
    return overview(facts["commands"]) if "commands" in facts else page(facts["command"])


def overview(commands: list[Mapping[str, Any]]) -> list[str]:
    """All commands with one sentence each, chapter by chapter."""
    shown: list[str] = []
    chapter = None
    for one in commands:
        if one["chapter"] != chapter:
            chapter = one["chapter"]
            shown += ["", f"{chapter or OTHERS}:"] if shown else [f"{chapter or OTHERS}:"]
        sentence = _wrapped(one["summary"], WIDTH - COLUMN)
        if len(one["name"]) > COLUMN - 2:
            shown.append(one["name"])
            shown += [" " * COLUMN + line for line in sentence]
        else:
            heads = [one["name"]] + [""] * len(sentence)
            shown += [f"{head:{COLUMN}}{line}" for head, line in zip(heads, sentence, strict=False)]
    return [*shown, "", "Enter help COMMAND for what it needs, help CHAPTER or help WORD for fewer."]


def page(command: Mapping[str, Any]) -> list[str]:
    """Everything about one command."""
    shown = [*_wrapped(command["synopsis"], WIDTH, "", "    "), "", *_wrapped(command["summary"], WIDTH)]
    if command["details"]:
        for paragraph in command["details"].split("\n\n"):
            shown += ["", *_wrapped(paragraph, WIDTH)]
    if command["parameters"]:
        shown += ["", "Parameters:"]
    for one in command["parameters"]:
        shown.append(f"  {one['name']}={one['syntax']}")
        notes = ("" if one["required"] else " (optional)") + (" (secret)" if one["secret"] else "")
        shown += _wrapped(one["about"] + notes, WIDTH, " " * 6, " " * 6)
    needs = NEEDS.get(command["needs"]) or f"the permission {command['needs']}"
    return [*shown, "", f"Needs {needs}."]


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    """The rows of a text; the first one and the `others` begin with so many blanks."""
    import textwrap  # whoever wants no help does not wait for it

    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=others)
