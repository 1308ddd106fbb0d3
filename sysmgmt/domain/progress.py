"""What a long piece of work gives before its answer: how far it has come, and bytes for whoever takes them."""

from collections.abc import Callable
from typing import NamedTuple

Report = Callable[[str, int, int], None]
"""Takes a sentence without its period, how much is done, and of how much; (0, 0) where that is not known."""
Sink = Callable[[bytes], None]
"""Takes raw bytes, as they stand. Raises OSError where nobody takes them any more."""
PATIENCE, PACE = 0.5, 0.2
"""Seconds before the first report, and between two: quick work says nothing."""


def unheard(sentence: str, done: int, total: int) -> None:
    """Nobody listens."""


class Listening(NamedTuple):
    """Who listens to a piece of work; `sink` None: nobody takes raw bytes."""

    report: Report = unheard
    sink: Sink | None = None


NOBODY = Listening()


def sparse(report: Report, now: Callable[[], float], pace: float = PACE, patience: float = PATIENCE) -> Report:
    """`report`, but seldom enough for people, whatever the work tells; `now` in seconds."""
    due = now() + patience

    def heard(sentence: str, done: int, total: int) -> None:
        nonlocal due
        if now() >= due:
            due = now() + pace
            report(sentence, done, total)
    return heard
