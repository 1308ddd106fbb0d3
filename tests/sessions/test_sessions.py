"""Conversations with sysmgmt, as documentation by example: what is typed, and what is answered.

In a `.txt` file of this folder, `$ OPTIONS` runs the program anew on the same box with what the
lines beginning with `> ` give it on standard input. What follows is what comes out: standard
output as it is, standard error behind `! `, then `= STATUS`. `@ NAME PASSWORD` says who logs in
from there on; `...` stands for any text in a line. Before the first one, the box is new.
"""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.box import TestBox
from tests.support.program import sysmgmt

SESSIONS = sorted(Path(__file__).parent.glob("*.txt"))


class Step(NamedTuple):
    """One run of the program."""

    user: str
    password: str
    options: list[str]
    given: str
    said: list[str]


def steps(text: str) -> list[Step]:
    """The runs that a session tells of."""
    found: list[Step] = []
    who = ("", "")
    for line in text.splitlines():
        if line.startswith("@ "):
            name, _, password = line[2:].partition(" ")
            who = (name, password)
        elif line.startswith("$"):
            found.append(Step(*who, shlex.split(line[1:]), "", []))
        elif line.startswith("> ") and found:
            found[-1] = found[-1]._replace(given=found[-1].given + line[2:] + "\n")
        elif found and not line.startswith("#"):
            found[-1].said.append(line)
    return found


def said(box: TestBox, step: Step) -> list[str]:
    """What the program answers to a step, in the form of the file."""
    done = sysmgmt(box.folder, step.given, *step.options, user=step.user, password=step.password)
    return [*done.stdout.decode().splitlines(), *(f"! {line}" for line in done.stderr.decode().splitlines()),
            f"= {done.returncode}"]


def pattern(line: str) -> str:
    """A line of the file as a regular expression."""
    return ".*".join(re.escape(part) for part in line.split("..."))


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_a_session_goes_as_it_is_told(fresh: TestBox, path: Path) -> None:
    for step in steps(path.read_text(encoding="utf-8")):
        wanted = [line for line in step.said if line]
        found = said(fresh, step)
        matching = len(found) == len(wanted) and all(
            re.fullmatch(pattern(one), other) for one, other in zip(wanted, found, strict=True))
        assert matching, f"{step.options} {step.given}\n" + "\n".join(found)


def test_there_are_sessions() -> None:
    assert len(SESSIONS) >= 4
