"""Running a program of the machine: by its path and a vector of arguments, with a time limit, never by a shell."""

import os
from collections.abc import Mapping, Sequence

from sysmgmt.domain.errors import ServiceRefused

TIME_LIMIT = 20.0
"""Seconds that a checker or a reload may take."""
MOST_WORDS = 400
"""Characters of a program's own words that a refusal repeats."""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def run(service: str, arguments: Sequence[str], limit: float = TIME_LIMIT, more: Mapping[str, str] = {}) -> str:
    """What the program printed; `more` is added to its environment.

    Raises ServiceRefused, with its words, unless it ends well and in time.
    """
    import subprocess  # expensive, and each shell loads this module

    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit,
                              check=False, env={**ENVIRONMENT, **more}, text=True, errors="replace")
    except subprocess.TimeoutExpired:
        raise ServiceRefused(service=service, words=f"{arguments[0]} did not end within {limit:g} s") from None
    except OSError as problem:
        raise ServiceRefused(service=service, words=f"{arguments[0]}: {os.strerror(problem.errno or 0)}") from None
    if done.returncode:
        words = _words(done.stderr, done.stdout) or f"{arguments[0]} ended with {done.returncode}"
        raise ServiceRefused(service=service, words=words)
    return done.stdout


def _words(errors: str, output: str) -> str:
    """What a program said, as one line."""
    said = (errors.strip() or output.strip()).splitlines()
    return "; ".join(line.strip() for line in said if line.strip())[:MOST_WORDS].rstrip(".")
