"""Help as text, made from the facts of the declarations."""

import textwrap
from collections.abc import Mapping
from typing import Any

WIDTH = 78
COLUMN = 22
"""Where the sentences of the overview begin."""
OTHERS = "Commands of other packages"
NEEDS = {"anyone": "to be logged in", "everybody": "nothing", "before installation": "a box that is not installed"}
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
        sentence = textwrap.wrap(one["summary"], WIDTH - COLUMN)
        if len(one["name"]) > COLUMN - 2:
            shown.append(one["name"])
            shown += [" " * COLUMN + line for line in sentence]
        else:
            heads = [one["name"]] + [""] * len(sentence)
            shown += [f"{head:{COLUMN}}{line}" for head, line in zip(heads, sentence, strict=False)]
    return [*shown, "", "Enter help COMMAND for what a command needs."]


def page(command: Mapping[str, Any]) -> list[str]:
    """Everything about one command."""
    shown = [*textwrap.wrap(command["synopsis"], WIDTH, subsequent_indent="    "), "",
             *textwrap.wrap(command["summary"], WIDTH)]
    if command["details"]:
        shown += ["", *textwrap.wrap(command["details"], WIDTH)]
    if command["parameters"]:
        shown += ["", "Parameters:"]
    for one in command["parameters"]:
        shown.append(f"  {one['name']}={one['syntax']}")
        notes = ("" if one["required"] else " (optional)") + (" (secret)" if one["secret"] else "")
        shown += textwrap.wrap(one["about"] + notes, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    needs = NEEDS.get(command["needs"]) or f"the permission {command['needs']}"
    return [*shown, "", f"Needs {needs}."]
