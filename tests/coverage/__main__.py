"""What `python -m tests.coverage [CHAPTER or MODULE...]` does.

It runs the tests of login, authorization, audit and state (see `modules`) and prints the branch
coverage of each module with the lines and branches that are missing. The exit status says whether
everything was covered and every test green.
"""

import sys

import coverage
import pytest

from tests.coverage.modules import OneProcess, arguments_of, paths


def main(arguments: list[str]) -> int:
    """Measure what the arguments name, or everything; the exit status."""
    measured = coverage.Coverage(data_file=None, branch=True, include=[str(one) for one in paths(arguments)])
    with measured.collect():
        red = pytest.main(arguments_of(), plugins=[OneProcess()])
    covered = measured.report(show_missing=True)
    return 1 if red or covered < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
