"""python -m tests.mutation [CHAPTER or MODULE...]: which mistakes put into the code the tests notice.

It tries the mutants of login, authorization, audit and state (see tests/coverage/modules) for --seconds N,
prints those that survive, and how many were killed. Their order is that of a hash of what they are and
of --seed TEXT, so that those that are tried when the time is over are a sample of all modules, and the same
one each time. Survivors that are no mistake are listed with the reason in survivors.txt; they count as
survivors, and are not tried again. --tests PATH takes other tests than all of them (as often as it is given),
--reach FOLDER a folder for what the first run of the tests teaches: a later campaign over the same code and
tests begins with that. The exit status says whether at least 90 in 100 were killed.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tests.coverage.modules import CHAPTERS, arguments_of, paths
from tests.mutation import mutants, survivors
from tests.mutation.trial import Verdict

GOAL = 90.0
"""Of 100 mutants so many have to be noticed."""


def main(arguments: list[str]) -> int:
    """Try mutants of what the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0, help="how long mutants are tried (3600)")
    parser.add_argument("--seed", default="", help="a text that draws another sample (none)")
    parser.add_argument("--reach", type=Path, help="a folder that keeps which tests reach what (none)")
    parser.add_argument("--tests", action="append", default=[], help="tests to take; may be given again (all)")
    parser.add_argument("chosen", nargs="*", metavar="CHAPTER or MODULE",
                        help=f"one of {', '.join(CHAPTERS)}, or the path of a module; all of them if none is named")
    given = parser.parse_args(arguments)
    wanted = sorted((mutant for path in paths(given.chosen) for mutant in mutants.of(path)),
                    key=lambda one: sha256(f"{given.seed}{one.title}".encode()).digest())
    with tempfile.TemporaryDirectory(prefix="mutants-", dir="/dev/shm") as folder:
        os.environ["TESTS_MEMORY"] = folder  # tests that are ended leave their boxes behind
        from tests.mutation.campaign import Campaign  # the folder is known now

        campaign = Campaign(wanted, given.seconds, Path(folder), given.reach or Path(folder))
        pytest.main(["-s", "--basetemp", f"{folder}/box-tmp", *arguments_of(given.tests)], plugins=[campaign])
    return report(campaign.verdicts, wanted)


def report(verdicts: dict[mutants.Mutant, Verdict], wanted: Sequence[mutants.Mutant]) -> int:
    """Print what became of the mutants; the exit status."""
    for chapter in CHAPTERS:
        here = {*paths((chapter,))}
        known = [one for one in wanted if one.path in here]
        print(_line(chapter, Counter(verdicts[one] for one in known if one in verdicts), len(known)))
    listed = survivors.listed()
    strange = [one for one, verdict in verdicts.items() if verdict is Verdict.SURVIVED and one.title not in listed]
    print(_line("all", found := Counter(verdicts.values()), len(wanted)))
    print(f"{len(strange)} survivors are not listed with a reason.")
    return 0 if verdicts and 100 - 100 * found[Verdict.SURVIVED] / len(verdicts) >= GOAL else 1


def _line(what: str, found: Counter[Verdict], known: int) -> str:
    tried = found.total()
    share = 100 * (tried - found[Verdict.SURVIVED]) / tried if tried else 0.0
    told = ", ".join(f"{found[one]} {one.value}" for one in Verdict)
    return f"{what:13} {tried:5} of {known} tried: {told}; {share:.1f} % noticed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
