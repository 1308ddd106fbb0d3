"""python -m tests.attacks [DOOR ...]: try everything at every door as each role, and print the figures.

Needs root, as the tests of the doors do, and about an hour on two cores. The exit status says
whether there was an escape.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.attacks import corpus, deployed
from tests.attacks.campaign import Outcome, attack, figures
from tests.attacks.doors import Door, Menu, Pipe, embedded
from tests.attacks.roles import ATTACKERS
from tests.support.box import build
from tests.support.clock import HeldClock

IN_A_FOLDER = (Pipe, Menu)


def main(wanted: Sequence[str]) -> int:
    """Attack the doors of these names, or all; the exit status."""
    outcomes: list[Outcome] = []
    with doors(wanted) as found:
        for door in found:
            for attacker in ATTACKERS:
                outcomes.append(attack(door, attacker, corpus.attempts()))
                print(figures(outcomes[-1:])[1], file=sys.stderr, flush=True)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
