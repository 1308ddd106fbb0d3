"""Long lines on a narrow screen: broken between words, so that people and screen readers can read them."""

import os
from collections.abc import Iterator
from typing import TextIO
from unicodedata import combining, east_asian_width

WIDEST = 2
"""Columns that one character may take."""
INDENT = 2
"""Columns by which the rest of a line stands further to the right than its beginning."""


def fitted(text: str, stream: TextIO) -> str:
    """`text` with its long lines broken where `stream` is a terminal; a dumb one gets it as it is."""
    if not stream.isatty() or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        return text
    columns = os.get_terminal_size(stream.fileno()).columns
    return "".join(f"{row}\n" for row in wrapped(text, columns)) if columns else text


def wrapped(text: str, columns: int) -> Iterator[str]:
    """The rows that `text` takes on a screen of so many columns."""
    for line in text.splitlines():
        yield from _rows(line.expandtabs(), max(columns, WIDEST))


def _rows(line: str, columns: int) -> Iterator[str]:
    start = len(line) - len(line.lstrip(" "))
    indent = " " * min(start + INDENT, columns // 2)
    while (end := _fitting(line, columns)) < len(line):
        blank = line.rfind(" ", start + 1, end + 1)
        if blank > 0:
            yield line[:blank].rstrip(" ")
            line, start = indent + line[blank:].lstrip(" "), len(indent)
        else:  # one long word, which may be copied: it gets no blanks
            end = max(end, start + 1)
            yield line[:end]
            line, start = line[end:], 0
    yield line


def _fitting(line: str, columns: int) -> int:
    """How many of its characters fit on a row."""
    width = 0
    for number, character in enumerate(line):
        width += _columns(character)
        if width > columns:
            return number
    return len(line)


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    return 0 if combining(character) else WIDEST if east_asian_width(character) in "WF" else 1
