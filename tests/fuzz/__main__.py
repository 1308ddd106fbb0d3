"""python -m tests.fuzz [TARGET ...] --seconds N | --runs N: feed each target, or all, what watches its branches.

Needs `pip install atheris`; nothing else of the project does. What ends a target, or holds it up for ten
seconds, becomes a seed of it, which the tests replay. The exit status says whether there was any.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.targets import EVERY, SEEDS, TARGETS
from tests.support.program import ENVIRONMENT

HANG, MEMORY, LONGEST = 10, 4096, 4096
"""Seconds of one input, MiB of the process, bytes of an input: from there on it is a finding, or is not made."""
_FIGURES = re.compile(r"stat::(number_of_executed_units|average_exec_per_sec): *(\d+)")
_NOISE = re.compile("INFO: Instrumenting|WARNING: Failed to find function")
_FINDING = re.compile(r"Test unit written to (\S+)")


class Run(NamedTuple):
    """What became of one target: inputs, inputs in a second, and the file of what ended it."""

    target: str
    inputs: int
    speed: int
    finding: str

    def __str__(self) -> str:
        return f"{self.target:14} {self.inputs:>12,} inputs {self.speed:>8,}/s  {self.finding or 'no finding'}"


def fuzz(name: str, limit: str, corpus: Path) -> Run:
    """Feed one target until the `limit`; what it prints goes to standard error."""
    (corpus / name).mkdir(parents=True, exist_ok=True)
    findings = (SEEDS if name in TARGETS else corpus) / name
    command = [sys.executable, "-m", "tests.fuzz.worker", name, limit, f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}",
               f"-max_len={LONGEST}", "-print_final_stats=1", "-verbosity=0",
               f"-artifact_prefix={findings}/", str(corpus / name), str(SEEDS / name)]
    done = subprocess.run(command, text=True,
                          env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": tempfile.gettempdir()},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    figures, finding = dict(_FIGURES.findall(done.stdout)), _FINDING.search(done.stdout)
    if done.returncode:
        print(*(line for line in done.stdout.splitlines() if not _NOISE.match(line)), sep="\n", file=sys.stderr)
    return Run(name, int(figures.get("number_of_executed_units", 0)), int(figures.get("average_exec_per_sec", 0)),
               finding[1] if finding else f"status {done.returncode}" if done.returncode else "")


def main() -> int:
    """1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help=f"one of {', '.join(EVERY)}; all but the last if none is named")
    parser.add_argument("--seconds", type=int, help="of each target (60)")
    parser.add_argument("--runs", type=int, help="inputs of each target, instead of --seconds")
    parser.add_argument("--corpus", help="a folder that keeps what reached new branches (none)")
    options = parser.parse_args()
    if unknown := set(options.target) - set(EVERY):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if find_spec("atheris") is None:
        parser.error("atheris is missing; pip install atheris")
    limit = f"-runs={options.runs}" if options.runs else f"-max_total_time={options.seconds or 60}"
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm") as folder:
        tempfile.tempdir = folder  # a worker ends without cleaning up
        runs = list(_each(options.target or [*TARGETS], limit, Path(options.corpus or folder)))
    print(f"{sum(one.inputs for one in runs):,} inputs, {sum(1 for one in runs if one.finding)} findings")
    return 1 if any(one.finding for one in runs) else 0


def _each(names: list[str], limit: str, corpus: Path) -> Iterator[Run]:
    for name in names:
        one = fuzz(name, limit, corpus)
        print(one, flush=True)
        yield one


if __name__ == "__main__":
    sys.exit(main())
