"""How far a long piece of work has come: told to whoever waits for it, and to nobody else."""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Takes a sentence without its period, how much is done, and of how much; (0, 0) where that is not known."""
PATIENCE, PACE = 0.5, 0.2
"""Seconds before the first report, and between two: quick work says nothing."""


def unheard(sentence: str, done: int, total: int) -> None:
    """Nobody listens."""


def sparse(report: Report, now: Callable[[], float], pace: float = PACE, patience: float = PATIENCE) -> Report:
    """`report`, but seldom enough for people, whatever the work tells; `now` in seconds."""
    due = now() + patience

    def heard(sentence: str, done: int, total: int) -> None:
        nonlocal due
        if now() >= due:
            due = now() + pace
            report(sentence, done, total)
    return heard
