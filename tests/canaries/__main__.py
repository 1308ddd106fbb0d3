"""python -m tests.canaries: secrets through every command, mistake, shell and failure, and what came to light.

Needs root and gcc, and half an hour on two cores. The exit status says whether a secret came to light, or a
place did not show what is no secret. With --every only every so many of the failures are tried, with
--failures nothing else is.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import by_preload

if TYPE_CHECKING:
    from tests.canaries.needles import Found


def main() -> int:
    """Do all of it; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.canaries", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try one of so many failures (1: each)")
    parser.add_argument("--failures", action="store_true", help="try the failures only")
    options = parser.parse_args()
    by_preload.ready()
    folder = Path(tempfile.mkdtemp(prefix="canaries-", dir="/dev/shm"))
    try:
        good = with_failures(folder, options.every)
        good = (options.failures or with_receivers(folder)) and good
    finally:
        shutil.rmtree(folder)
    return 0 if good else 1


def with_receivers(folder: Path) -> bool:
    """Send secrets; say how many, what came to light of them, and in how many places the control did."""
    from tests.canaries import campaign
    from tests.canaries.site import site
    from tests.support.box import build
    from tests.support.clock import HeldClock

    with site(build(folder / "served", "basic", HeldClock())) as one:
        found = one.found(campaign.whole(one))
        control = {seen.where for seen in campaign.control(one)}
        tell(found)
        print(f"{len(one.canaries.made)} secrets: {len(found)} came to light; "
              f"one that is none came to light in {len(control)} places")
        return not found and bool(control)


def with_failures(folder: Path, every: int) -> bool:
    """Try failures; say how many, and what came to light."""
    from tests.canaries import failing
    from tests.canaries.lines import CONTROL, EVERY

    failing.load()
    place, tried, found = failing.Place(folder / "failing"), Counter[str](), list["Found"]()
    control = {one.where for one in place.run(CONTROL)}
    for line in EVERY:
        for trial in place.trials(line, every):
            tried[trial.command] += 1
            found += [one._replace(where=f"{trial.command}, {trial.fault}: {one.where}") for one in trial.found]
        print(f"{tried[line.command]:8} {line.command}", file=sys.stderr, flush=True)
    tell(found)
    print(f"{tried.total()} failures of {len(tried)} commands: {len(found)} secrets came to light; "
          f"one that is none came to light in {len(control)} places")
    return not found and bool(control)


def tell(found: "list[Found]") -> None:
    """Print what came to light."""
    for one in found:
        print(f"{one.where}: {one.around}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
