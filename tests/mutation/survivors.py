"""The mutants that survive, with the reason: a mutant that does nothing else than the original cannot be killed."""

from pathlib import Path

LIST = Path(__file__).with_name("survivors.txt")
"""A line of a mutant's title, followed by an indented one with the reason; several titles may share one.

Lines that begin with # say when, and by which command, they were found.
"""


def listed() -> dict[str, str]:
    """The reasons by title."""
    reasons: dict[str, str] = {}
    titles: list[str] = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            reasons.update(dict.fromkeys(titles, line.strip()))
            titles = []
        elif line and not line.startswith("#"):
            titles.append(line)
    return reasons
