"""python -m tests.canaries: secrets through every command, mistake, shell and failure, and what came to light.

Needs root, and some hours on two cores. The exit status says whether a secret came to light,
or a place did not show what is no secret.
"""

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.canaries import attempts, campaign, failing
from tests.canaries.needles import Found
from tests.canaries.site import site
from tests.support.box import build
from tests.support.clock import HeldClock


def main() -> int:
    """Do all of it; the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="canaries-", dir="/dev/shm"))
    try:
        template = build(folder / "template", "basic", HeldClock())
        added = template.admin().do("add_user name=anna role=monitor password=anna-first-1")
        assert added.code == "Done", added
        tried, found = with_faults(template.folder, folder)
        made, more, control = with_receivers(folder)
    finally:
        shutil.rmtree(folder)
    for one in (*found, *more):
        print(f"{one.where}: {one.around}")
    print(f"{made} secrets: {len(more)} came to light; one that is none came to light in {control} places")
    print(f"{tried} failures: {len(found)} secrets came to light")
    return 1 if found or more or not control else 0


def with_receivers(folder: Path) -> tuple[int, list[Found], int]:
    """Secrets sent, what came to light of them, and in how many places the control did."""
    with site(build(folder / "served", "basic", HeldClock())) as one:
        found = one.found(campaign.whole(one))
        return len(one.canaries.made), found, len({one.where for one in campaign.control(one)})


def with_faults(template: Path, folder: Path) -> tuple[int, list[Found]]:
    """Failures tried, and what came to light."""
    tried: Counter[str] = Counter()
    found = []
    place = folder / "failing"
    place.mkdir()
    for trial in failing.trials(template, place, (*attempts.PATTERNS, *attempts.RECEIVERS)):
        tried[trial.command] += 1
        found += [Found(f"{trial.command}, {trial.fault}: {one.where}", one.around) for one in trial.found]
        if sum(tried.values()) % 500 == 0:
            print(f"{sum(tried.values())} failures, {len(found)} came to light", file=sys.stderr, flush=True)
    return sum(tried.values()), found


if __name__ == "__main__":
    sys.exit(main())
