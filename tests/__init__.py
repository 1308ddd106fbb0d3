"""Tests of the whole project; each folder mirrors a package or tells of a promise."""

import sys
from types import TracebackType

OURS = ("tests", "sysmgmt", "boxmgmt")


def tell(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """Say in one sentence which package a program of the tests lacks; show anything else as Python does."""
    lacks = (problem.name or "").partition(".")[0] if isinstance(problem, ModuleNotFoundError) else ""
    if not lacks or lacks in OURS:
        return sys.__excepthook__(kind, problem, trace)
    print(f"The package {lacks} is missing: in the clone, .venv/bin/pip install '.[test,ldap,upload]' installs what "
          "the tests need.", file=sys.stderr)


if sys.argv[:1] == ["-m"]:  # so it is while Python looks for the program that it was given
    sys.excepthook = tell
