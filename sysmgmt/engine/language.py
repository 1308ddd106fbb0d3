"""The language of the shells: `command name=value name="quoted value" --flag`.

A value stands as it is typed up to the next blank; between double quotes it may contain blanks,
and there `\\"` and `\\\\` stand for `"` and `\\`. Nothing else has a meaning: `|`, `>`, `;`, `$`,
`#` and `'` are text. A value `-` says that the next line is the value.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain import names
from sysmgmt.domain.errors import InvalidValue

_TOKEN = re.compile(r'''
    [ \t]* (?P<written>
        (?: (?P<name> [A-Za-z_][A-Za-z0-9_]* ) = )?
        (?: "(?P<within> (?: [^"\\] | \\. )* )" (?= [ \t] | $ )
          | "(?P<rest> (?: [^"\\] | \\. )* ) \\? $
          | (?P<plain> [^ \t]* ) ) )''', re.VERBOSE)
_AWAITED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=-(?=[ \t]|$)")
_ESCAPED = re.compile(r'\\(["\\])')
_NEEDS_QUOTES = re.compile(r'-|.*[ \t"].*|', re.DOTALL)
BLANKS = " \t\r\n"
"""What may stand around words. Blanks of other scripts are text: a password may end with one."""
FLAGS = ("json", "dry-run", "yes", "help")


class Token(NamedTuple):
    """A word of a line: all of it as it is `written`, its `name` if it is `name=value`, and the `value` read.

    One that is not `sound` has quotes that do not end, or text behind them.
    """

    written: str
    name: str | None
    value: str
    quoted: bool
    sound: bool


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


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, also of one that is being typed."""
    for match in _TOKEN.finditer(text):
        written, name, within, rest, plain = match.groups()
        if written:
            if plain is None:
                yield Token(written, name, _ESCAPED.sub(r"\1", rest or within or ""), True, within is not None)
            else:
                yield Token(written, name, plain, False, not plain.startswith('"'))


def awaited(line: str) -> list[str]:
    """The parameters of `line`, readable or not, whose values stand in the lines that follow it.

    Where quotes do not end nobody knows what they were to hold: then everything that looks like
    `name=-` counts, since a value taken for a command could do anything.
    """
    if "=-" not in line:
        return []
    words = list(tokens(line))
    if not all(one.sound for one in words):
        return _AWAITED.findall(line)
    return [one.name for one in words if one.name is not None and one.value == "-" and not one.quoted]


def quoted(value: str) -> str:
    """How `value` is written: in quotes where it would be read as something else."""
    if not _NEEDS_QUOTES.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse(line: str) -> Line:
    """The parts of `line`. Raises InvalidValue."""
    line = line.strip(BLANKS)
    parsed = Line(command_of(line), {}, [], [], set())
    empty = None
    for token in tokens(line[len(parsed.command):]):
        if empty and token.name is None and not token.written.startswith("--"):
            # It is no word by itself: that might be shown and recorded, and a secret must not be.
            raise InvalidValue(what=f"The value of {names.repeatable(empty)} stands behind the = without a blank")
        empty = token.name if token.written == f"{token.name}=" else None
        _take(parsed, token)
    return parsed


def _take(parsed: Line, token: Token) -> None:
    if not token.sound:
        raise InvalidValue(what="A quoted value does not end, or text follows its closing quote")
    if token.name is None:
        _take_word(parsed, token)
    elif token.name in parsed.texts or token.name in parsed.on_next_lines:
        raise InvalidValue(what=f"The parameter {names.repeatable(token.name)} is given twice")
    elif token.value == "-" and not token.quoted:
        parsed.on_next_lines.append(token.name)
    else:
        parsed.texts[token.name] = token.value


def _take_word(parsed: Line, token: Token) -> None:
    if token.quoted or not token.value.startswith("--"):
        parsed.bare.append(token.value)
    elif token.value[2:] in FLAGS:
        parsed.flags.add(token.value[2:])
    else:
        raise InvalidValue(what="There is no such flag; the flags are --" + ", --".join(FLAGS))
