"""Walks through the menu, as they are written down in the files beside this one.

`> ` begins a line of input, `! ` a line on standard error; `= N` is the exit status and begins
the next walk on the same box. Every other line is one of standard output; `#` begins a comment,
and `*` stands for anything.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.boxmgmt.program import walk
from tests.support.box import TestBox

FILES = sorted(Path(__file__).parent.glob("*.txt"))


class Walk(NamedTuple):
    """A walk that was written down."""

    given: list[str]
    out: list[str]
    err: list[str]
    status: int


def written(text: str) -> Iterator[Walk]:
    """The walks of a file."""
    lines: dict[str, list[str]] = {">": [], "": [], "!": []}
    for line in text.splitlines():
        if line.startswith("= "):
            yield Walk(lines[">"], lines[""], lines["!"], int(line[2:]))
            lines = {">": [], "": [], "!": []}
        elif line.startswith((">", "!")):
            lines[line[0]].append(line[2:])
        elif line and not line.startswith("#"):
            lines[""].append(line)


def fits(shown: str, patterns: list[str]) -> bool:
    """Whether the lines are those that were written down; a `[` in them stands for itself."""
    lines = [line for line in shown.splitlines() if line]
    return len(lines) == len(patterns) and all(
        fnmatchcase(line, pattern.replace("[", "[[]")) for line, pattern in zip(lines, patterns, strict=True))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_the_walk_goes_as_it_is_written_down(basic: TestBox, path: Path) -> None:
    for one in written(path.read_text(encoding="utf-8")):
        done = walk(basic.folder, "".join(line + "\n" for line in one.given))
        assert fits(done.out, one.out), done.out
        assert fits(done.err, one.err), done.err
        assert done.status == one.status
