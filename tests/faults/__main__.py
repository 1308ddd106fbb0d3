"""python -m tests.faults: the whole matrix of faults, for as long as it may take.

It prints what was tried, and everything that was not as it must be; the exit status says whether there
was any. Needs gcc and root.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.faults import by_preload, disk

if TYPE_CHECKING:
    from tests.faults.matrix import Matrix
    from tests.faults.scenes import Scene

SHARES = {1: 0.45, 50: 0.37, 5000: 0.18}
"""Users, and the part of the time that is spent on boxes with so many."""
EARLIER = {"crash points": 8, "I/O faults": 1}
"""How much likelier a case comes first: there are far fewer crash points."""
UNSYNCED: dict[str, tuple[str, ...]] = {"syncs-nothing": ("fsync", "fdatasync"), "renames-unsynced": ("fsync",)}
"""Broken stores, and the calls that do nothing there."""
POWER = 0.12
"""Power cuts for each other fault."""
BESIDE = 0.06
"""The part of the time for two writers at once, and that for a boxmgmtd that is killed."""
OTHERS = 0.3
"""The part of the time of one command for disks and clocks."""
BROKEN = ("promises-early", "records-nothing", "locks-nothing", "forgets")
"""How a store may be broken: attributes of the place of a trial."""


class Found(NamedTuple):
    """What was tried, and what was wrong."""

    tried: Counter[str]
    wrong: list[str]


class Slice(NamedTuple):
    """What one command gets: from when until when, how many tries, and power cuts for each."""

    begun: float
    end: float
    tries: int
    power: float


def main() -> int:
    """1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1600, help="how long faults are tried (1600)")
    parser.add_argument("--commands", type=int, default=0, help="so many, chosen by --seed (all)")
    parser.add_argument("--users", type=int, nargs="*", default=list(SHARES),
                        help=f"the sizes of the boxes ({' '.join(map(str, SHARES))})")
    parser.add_argument("--seed", type=int, default=1, help="a number that draws another sample (1)")
    parser.add_argument("--tries", type=int, default=1_000_000, help="of each command at most so many (all)")
    parser.add_argument("--pairs", type=int, default=1_000_000, help="at most so many pairs of writers (all)")
    parser.add_argument("--kills", type=int, default=1_000_000,
                        help="at most so many kills of boxmgmtd (all)")
    parser.add_argument("--only", default="", help="the one command to look at (all)")
    parser.add_argument("--broken", default="", choices=[*BROKEN, *UNSYNCED],
                        help="a positive control: how the store is broken (not at all)")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    options = parser.parse_args()
    by_preload.ready()
    from tests.faults.lines import LINES

    if options.only and options.only not in {one.command for one in LINES}:
        parser.error(f"there is no line of the command {options.only} in tests/faults/lines.py")
    found, begun = Found(Counter(), []), time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="faults-", dir="/dev/shm"))
    try:
        for users in options.users:
            share = SHARES[users] / sum(SHARES[one] for one in options.users)
            campaign(root / str(users), users, options, time.monotonic() + share * options.seconds, found)
            print(f"{users} users: {found.tried['crash points']} crash points, {found.tried['I/O faults']} I/O faults, "
                  f"{len(found.wrong)} wrong so far", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(root)
    figures = {**dict(sorted(found.tried.items())), "wrong": len(found.wrong), "seconds": time.monotonic() - begun}
    report(figures, found.wrong, options.json)
    return bool(found.wrong)


def campaign(root: Path, users: int, options: argparse.Namespace, end: float, found: Found) -> None:
    """Try faults on boxes with so many users until the time is over, each command for as long as the others."""
    from tests.faults import pair, served
    from tests.faults.lines import LINES
    from tests.faults.matrix import Matrix
    from tests.faults.scenes import Stage
    from tests.faults.volume import SIZE

    chance = random.Random(options.seed)
    stage = Stage(root / "scenes")
    known = [one for one in LINES if options.only in ("", one.command)]
    chosen = chance.sample(known, options.commands or len(known))
    left = end - time.monotonic()
    with disk.small(str(root / "disk"), str(SIZE)):
        matrix = Matrix(root / "disk", UNSYNCED.get(options.broken, ()))
        if options.broken in BROKEN:
            setattr(matrix.place, options.broken.replace("-", "_"), True)
        pairs = pair.trials(matrix.place, stage, users, chosen, chance)
        beside(found, "two writers", islice(pairs, options.pairs), left * BESIDE)
        kills = served.trials(matrix.place, Stage(root / "served", time.time()), users, chosen, chance)
        beside(found, "boxmgmtd killed", islice(kills, options.kills), left * BESIDE)
        for number, line in enumerate(chosen):
            begun = time.monotonic()
            part = Slice(begun, begun + (end - begun) / (len(chosen) - number), options.tries,
                         1.0 if options.broken else POWER)
            look(matrix, stage.scene(line, users), chance, part, found)
            found.tried[f"commands with {users} users"] += 1


def beside(found: Found, name: str, trials: Iterable[list[str]], seconds: float) -> None:
    """Note what comes of trials for so long."""
    end = time.monotonic() + seconds
    for outcome in trials:
        found.tried[name] += 1
        note(found, outcome)
        if time.monotonic() > end:
            return


def look(matrix: "Matrix", scene: "Scene", chance: random.Random, part: Slice, found: Found) -> None:
    """Try faults and power cuts in a scene until its part is over."""
    from tests.faults.matrix import cases

    every = sorted(cases(matrix.place, scene), key=lambda one: chance.random() / EARLIER[one.fault.kind_of])
    found.tried[f"cases there are with {scene.users} users"] += len(every)
    for name, trial in matrix.others(every[0], chance):
        note(found, trial())
        found.tried[name] += 1
        if time.monotonic() > part.begun + (part.end - part.begun) * OTHERS:
            break
    for case in every[:part.tries]:
        if time.monotonic() > part.end:
            return
        outcome = matrix.tried(case)
        if outcome is not None:
            found.tried[case.fault.name] += 1
            found.tried[case.fault.kind_of] += 1
            found.tried[f"faults with {scene.users} users"] += 1
            note(found, outcome)
        if chance.random() < part.power:
            note(found, matrix.cut(case, chance))
            found.tried["power cuts"] += 1


def note(found: Found, outcome: list[str]) -> None:
    """Keep what was wrong, and say it at once."""
    found.wrong.extend(outcome)
    for one in outcome:
        print(one, file=sys.stderr, flush=True)


def report(figures: Mapping[str, float], wrong: list[str], as_json: bool) -> None:
    """Print the figures."""
    if as_json:
        print(json.dumps({**figures, "problems": wrong[:20]}))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d} {os.cpu_count()} cores")
    for name, number in figures.items():
        print(f"{number:>12.0f}  {name}")


if __name__ == "__main__":
    sys.exit(main())
