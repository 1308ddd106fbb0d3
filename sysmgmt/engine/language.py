"""The language of the shells: `command name=value name="quoted value" --flag`.

A value stands as it is typed up to the next blank; between double quotes it may contain blanks,
and there `\\"` and `\\\\` stand for `"` and `\\`. Nothing else has a meaning: `|`, `>`, `;`, `$`,
`#` and `'` are text. A value `-` says that the next line is the value.
"""

import re
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue

_TOKEN = re.compile(
    r'[ \t]*(?:([A-Za-z_][A-Za-z0-9_]*)=)?(?:"((?:[^"\\]|\\.)*)"(?=[ \t]|$)|([^ \t]*))')
_ESCAPED = re.compile(r'\\(["\\])')
BLANKS = " \t\r\n"
"""What may stand around words. Blanks of other scripts are text: a password may end with one."""
FLAGS = ("json", "dry-run", "yes", "help")


class Line(NamedTuple):
    """A line in parts: parameters as texts, words without a name, values that the next lines hold."""

    command: str
    texts: dict[str, str]
    bare: list[str]
    on_next_lines: list[str]
    flags: set[str]


def is_blank(line: str) -> bool:
    """Whether `line` says nothing: blank, or a comment."""
    stripped = line.strip(BLANKS)
    return not stripped or stripped.startswith("#")


def command_of(line: str) -> str:
    """The first word of `line`, or ''."""
    return line.strip(BLANKS).replace("\t", " ").partition(" ")[0]


def parse(line: str) -> Line:
    """The parts of `line`. Raises InvalidValue."""
    line = line.strip(BLANKS)
    parsed = Line(command_of(line), {}, [], [], set())
    place = len(parsed.command)
    while place < len(line):
        match = _TOKEN.match(line, place)
        assert match is not None  # the pattern matches anywhere, at least the empty string
        place = match.end()
        _take(parsed, *match.groups())
    return parsed


def _take(parsed: Line, name: str | None, quoted: str | None, bare: str | None) -> None:
    if quoted is None and bare is not None and bare.startswith('"'):
        raise InvalidValue(what="A quoted value does not end, or text follows its closing quote")
    text = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare or ""
    if name is None:
        _take_word(parsed, text, quoted is None)
    elif name in parsed.texts or name in parsed.on_next_lines:
        raise InvalidValue(what=f"The parameter {name} is given twice")
    elif text == "-" and quoted is None:
        parsed.on_next_lines.append(name)
    else:
        parsed.texts[name] = text


def _take_word(parsed: Line, text: str, plain: bool) -> None:
    if not plain or not text.startswith("--"):
        if text or not plain:
            parsed.bare.append(text)
    elif text[2:] in FLAGS:
        parsed.flags.add(text[2:])
    else:
        raise InvalidValue(what="There is no such flag; the flags are --" + ", --".join(FLAGS))
