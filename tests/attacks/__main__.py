"""python -m tests.attacks [DOOR ...] [--role ROLE] [--tries N] [--seed S] [--values N]: try it all, and print figures.

Everything is tried at every door as each role, which takes hours on two cores; with --tries a sample of at least 300,
the same for the same seed. --values puts so many hostile values into each field of each command, instead of 2. Needs
root, as the tests of the doors do. The exit status says whether there was an escape.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.attacks import corpus, deployed
from tests.attacks.campaign import Outcome, attack, figures
from tests.attacks.doors import Door, Menu, Pipe, embedded
from tests.attacks.roles import ATTACKERS
from tests.support.box import build
from tests.support.clock import HeldClock

IN_A_FOLDER = (Pipe, Menu)


def main(wanted: argparse.Namespace) -> int:
    """Attack the doors of these names, or all; the exit status."""
    outcomes: list[Outcome] = []
    with doors(wanted.doors) as found:
        for door in found:
            for attacker in ATTACKERS:
                if attacker.role in (wanted.role or attacker.role):
                    tried = corpus.sample(wanted.tries, f"{wanted.seed} {door.name} {attacker.role}", wanted.values)
                    begun = time.monotonic()
                    outcomes.append(attack(door, attacker, tried))
                    print(figures(outcomes[-1:])[1], f"{time.monotonic() - begun:8.0f} s", file=sys.stderr, flush=True)
    print("\n".join(figures(outcomes)))
    return 1 if any(one.escapes for one in outcomes) else 0


@contextmanager
def doors(wanted: Sequence[str]) -> Iterator[list[Door]]:
    """The doors of these names, or all, on boxes of their own."""
    chosen = [kind for kind in (*IN_A_FOLDER, *deployed.DOORS) if kind.name in wanted or not wanted]
    remote = [kind for kind in chosen if kind in deployed.DOORS]
    site = deployed.begin() if remote else None
    try:
        with tempfile.TemporaryDirectory(prefix="attacks-", dir="/dev/shm") as folder:
            found: list[Door] = [kind(site) for kind in deployed.DOORS if site and kind in remote]
            for kind in IN_A_FOLDER:
                if kind in chosen:
                    root = Path(folder) / kind.name
                    (root / "bait").mkdir(parents=True)
                    found.append(embedded(build(root / "state", "basic", HeldClock()), root / "bait", kind))
            yield found
    finally:
        if site:
            site.stop()


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    names = [kind.name for kind in (*IN_A_FOLDER, *deployed.DOORS)]
    parser.add_argument("doors", nargs="*", metavar="DOOR", type=partial(_one_of, names),
                        help=f"one of {', '.join(names)}; all if none is named")
    parser.add_argument("--role", action="append", choices=[one.role for one in ATTACKERS],
                        help="who tries; may be given again (all)")
    parser.add_argument("--tries", type=int, default=sys.maxsize, help="how many at each door as each role (all)")
    parser.add_argument("--seed", default="1", help="a text that draws another sample (1)")
    parser.add_argument("--values", type=int, default=corpus.VALUES_OF_EACH,
                        help=f"hostile values for each field ({corpus.VALUES_OF_EACH})")
    return parser


def _one_of(names: Sequence[str], text: str) -> str:
    if text not in names:
        raise argparse.ArgumentTypeError(f"there is no door {text}: {', '.join(names)}")
    return text


if __name__ == "__main__":
    sys.exit(main(options().parse_args()))
