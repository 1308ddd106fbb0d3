"""python -m tests.coverage [CHAPTER or MODULE...]: what tests reach of the modules that decide.

It runs the tests of login, authorization, audit and state (see `modules`) and prints the branch
coverage of each module with the lines and branches that are missing. The exit status says whether
everything was covered and every test green.
"""

import argparse
import sys

import coverage
import pytest

from tests.coverage.modules import CHAPTERS, OneProcess, arguments_of, paths


def main(arguments: list[str]) -> int:
    """Measure what the arguments name, or everything; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
    parser.add_argument("chosen", nargs="*", metavar="CHAPTER or MODULE",
                        help=f"one of {', '.join(CHAPTERS)}, or the path of a module; all of them if none is named")
    chosen = parser.parse_args(arguments).chosen
    measured = coverage.Coverage(data_file=None, branch=True, include=[str(one) for one in paths(chosen)])
    with measured.collect():
        red = pytest.main(arguments_of(), plugins=[OneProcess()])
    covered = measured.report(show_missing=True)
    return 1 if red or covered < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
