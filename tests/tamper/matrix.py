"""All kinds of tampering by all attackers at many logs: what is found, with and without an anchor."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.tamper.attackers import ATTACKERS, KINDS
from tests.tamper.logs import Log


class Cell(NamedTuple):
    """One tampering: with which log, how, by whom, where; whether it was before the current epoch, and is found."""

    log: int
    kind: str
    attacker: str
    at: int
    before: bool
    found: bool
    found_with_anchor: bool

    @property
    def is_missed(self) -> bool:
        """Whether something was not found that had to be."""
        return not self.found_with_anchor or (self.before and not self.found)


def cells(folder: Path, logs: Iterable[int], every: int = 1) -> Iterator[Cell]:
    """Each log with each tampering at every so many of its records, and as it is. Asserts that it is intact then."""
    for number in logs:
        log = Log(folder / str(number), number)
        assert log.is_intact() and log.is_intact(log.anchor), f"log {number} is intact"
        for at in range(number % every, len(log.lines) - 1, every):
            for kind in KINDS:
                for attacker in ATTACKERS:
                    yield _cell(log, number, (kind, attacker), at)
        log.write(log.lines, log.key)
        assert log.is_intact(log.anchor), f"log {number} is intact again"
        shutil.rmtree(log.folder)


def _cell(log: Log, number: int, how: tuple[str, str], at: int) -> Cell:
    kind, attacker = how
    lines, key = ATTACKERS[attacker](log, KINDS[kind](log.lines, at), 0 if kind == "empty" else at)
    log.write(lines, key)
    before = kind == "empty" and log.epoch_began > log.kept - 1 or log.kept - 1 + at < log.epoch_began
    return Cell(number, kind, attacker, at, before, not log.is_intact(), not log.is_intact(log.anchor))


def figures(found: Iterable[Cell]) -> list[str]:
    """How many were tried and missed, as the lines of a table; those that had to be found and were not, below it."""
    tried: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str, str]] = Counter()
    wrong = []
    for one in found:
        cell = one.kind, one.attacker
        tried[cell] += 1
        missed[*cell, "anchor"] += not one.found_with_anchor
        missed[*cell, "before"] += one.before and not one.found
        missed[*cell, "current"] += not one.before and not one.found
        wrong += [str(one)] if one.is_missed else []
    head = f"{'tampering':14}{'attacker':20}{'tried':>8}{'anchor':>8}{'before':>8}{'current':>8}"
    rows = [f"{kind:14}{attacker:20}{count:>8}" + "".join(
        f"{missed[kind, attacker, which]:>8}" for which in ("anchor", "before", "current"))
        for (kind, attacker), count in tried.items()]
    return [head, *rows, f"{'all':34}{sum(tried.values()):>8}", *wrong]
