"""What completion offers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Offer(NamedTuple):
    """A candidate: `text` replaces the last `replaces` characters before the cursor, `shown` is listed."""

    text: str
    replaces: int
    shown: str


Offers = Callable[[str], Sequence[Offer]]
"""From the text before the cursor to the candidates."""


def among(choices: Sequence[str], typed: str) -> list[Offer]:
    """The choices that begin with all that was typed."""
    return [Offer(one, len(typed), one) for one in choices if one.startswith(typed)]
