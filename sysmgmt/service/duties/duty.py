"""What boxmgmtd does by itself, again and again: each a duty with its interval."""

import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.dispatch import House
from sysmgmt.service import threads

SILENCE = 60.0
"""Seconds before the same failure of a duty is told again."""


class Duty(NamedTuple):
    """`run` is called every `every` seconds; what it changes, it changes with `own_work.work`."""

    name: str
    every: float
    run: Callable[[House], None]


def start(house: House, duties: Iterable[Duty]) -> None:
    """Do them from now on, each in a thread of its own: none waits for another that is slow."""
    for one in duties:
        threads.begin(_repeat, house, Runner(one))


def _repeat(house: House, runner: "Runner") -> None:
    while True:
        runner.do(house)
        time.sleep(runner.duty.every)  # its interval: nothing is waited for


class Runner:
    """Does a duty and says what stands in its way, not more often than every SILENCE seconds."""

    def __init__(self, duty: Duty, passed: Callable[[], float] = time.monotonic) -> None:
        self.duty = duty
        self._passed = passed
        self._said, self._said_at = "", 0.0

    def do(self, house: House) -> None:
        """Do the duty once. Nothing keeps it from being tried again."""
        try:
            self.duty.run(house)
            self._said = ""
        except (Refusal, OSError) as problem:
            self._say(str(problem))
        except Exception as unforeseen:  # its text may hold a secret
            self._say(f"failed unexpectedly ({type(unforeseen).__name__})")

    def _say(self, words: str) -> None:
        if words != self._said or self._passed() - self._said_at >= SILENCE:
            print(f"Error: {self.duty.name}: {words}", file=sys.stderr, flush=True)
            self._said, self._said_at = words, self._passed()
