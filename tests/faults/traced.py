"""Runs one line at the boundary and tells which calls it saw: to be compared with what strace sees."""

import json
import shutil
import tempfile
from pathlib import Path

from tests.faults import by_preload

AS_IN_THE_KERNEL = {"create": "openat", "open": "openat"}


def main() -> None:
    """Print the folder, and the calls about it in their order."""
    by_preload.ready()
    from tests.faults.lines import LINES
    from tests.faults.scenes import Stage
    from tests.faults.trial import Place

    root = Path(tempfile.mkdtemp(prefix="traced-"))
    try:
        place = Place(root / "place")
        scene = Stage(root / "scenes").scene(next(one for one in LINES if one.command == "add_group"), 1)
        place.set_up(scene)
        place.run(scene, traced=True, apart=True)
        calls = [one.call.rstrip("-") for one in place.boundary.trace if one.call != "answered"]
        print(json.dumps({"folder": str(place.folder), "calls": [AS_IN_THE_KERNEL.get(one, one) for one in calls]}))
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
