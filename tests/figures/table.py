"""The figures that the manual shows: what was seen, by which command, when, and on how large a machine.

Each line of rows.txt is one: chapter|claim|goal|figure|command|date|machine. A figure that nobody has
seen has no line; a goal may be empty.
"""

import importlib.util
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from sysmgmt import __version__
from sysmgmt.screen.pages import roff
from tests.figures.missed import why

ROWS = Path(__file__).with_name("rows.txt")
PAGE = Path(__file__).parents[2] / "man" / "boxmgmt-figures.7"
CHAPTERS = ("Faults", "Model check", "Attacks", "Fuzzing", "Tampering", "Canaries", "Requirements", "Coverage",
            "Mutation", "Speed")
MISSED = ": missed"
"""How the figure ends that does not reach its goal."""
MODULE = re.compile(r"^(?:nice -n \d+ )?python -m (\S+)")
DESCRIPTION = """
Each figure was seen, and stands with the command that gave it, in a clone of the project, with the date
and the size of the machine. Nothing stands here that no command gives.

Figures of speed are minima of rounds in which ours, the peers and the limits of the machine took turns;
their ratios say more than their times, which differ from machine to machine.
"""


class Row(NamedTuple):
    """A figure: in `chapter` of the page, `claim` was found to be `figure`, where `goal` was hoped for."""

    chapter: str
    claim: str
    goal: str
    figure: str
    command: str
    date: str
    machine: str

    @property
    def is_missed(self) -> bool:
        """Whether the goal was not reached."""
        return self.figure.endswith(MISSED)


def rows() -> list[Row]:
    """All figures, in the order of the page."""
    found = [Row(*line.split("|")) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    return sorted(found, key=lambda one: CHAPTERS.index(one.chapter))


def row(chapter: str, claim: str, goal: str, figure: str, command: str) -> Row:
    """A figure that this machine has shown today."""
    return Row(chapter, claim, goal, figure, command, time.strftime("%Y-%m-%d", time.gmtime()), machine())


def machine() -> str:
    """The size of this machine: `2 cores, 24 GB, Debian 12, Python 3.11.2`."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()
    return (f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, {system['ID'].capitalize()} "
            f"{system.get('VERSION_ID', '')}, Python {platform.python_version()}")


def record(fresh: Iterable[Row]) -> None:
    """Keep figures: each in the place of the one with its claim, or else at the end of its chapter."""
    kept = {(one.chapter, one.claim): one for one in rows()}
    for one in fresh:
        assert "|" not in "".join(one), one
        kept[one.chapter, one.claim] = one
    lines = ["|".join(one) for one in sorted(kept.values(), key=lambda one: CHAPTERS.index(one.chapter))]
    ROWS.write_text("\n".join([*lines, ""]), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def problems(of: Iterable[Row] | None = None) -> Iterator[str]:
    """What is wrong with rows, else all: each needs all but the goal, a command that is there, and why it is missed."""
    for one in rows() if of is None else of:
        if not all(one._replace(goal="-")):
            yield f"{one.claim}: something is missing"
        if one.is_missed and not why(one.claim):
            yield f"{one.claim}: tests/figures/missed.py does not say why it is missed"
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", one.date):
            yield f"{one.claim}: {one.date} is no date"
        module = MODULE.match(one.command)
        if not module or not importlib.util.find_spec(module[1]):
            yield f"{one.claim}: nothing runs {one.command}"


def page() -> str:
    """boxmgmt-figures(7)."""
    chapters = [line for chapter, ours in groupby(rows(), lambda one: one.chapter)
                for line in (*roff.heading(chapter.upper()), *roff.terms((one.claim, _told(one)) for one in ours))]
    return "\n".join([
        *roff.title("boxmgmt-figures", 7, __version__),
        *roff.heading("NAME"), roff.escape("boxmgmt-figures - what was measured, and the command that measures it"),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(DESCRIPTION),
        *chapters,
        *roff.heading("SEE ALSO"), r"\fBsysmgmt\fR(1), \fBboxmgmt\-requirements\fR(7)",
    ]) + "\n"


def _told(one: Row) -> str:
    goal = f" Goal: {one.goal}." if one.goal else ""
    reason = why(one.claim) if one.is_missed else ""
    return f"{one.figure}.{goal}{reason} {one.command} ({one.date}; {one.machine})."
