"""What stands before each line: the name of the box, and above it how soon an unconfirmed change is undone."""

import time
from functools import partial

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.door import Door
from sysmgmt.screen.keyboard import Prompt


def text(door: Door, suffix: str) -> Prompt:
    """The prompt: the box's name, as far as it can be read, and `suffix`.

    Above it stands, second by second, how soon a change is undone that nobody has confirmed.
    """
    try:
        sign = door.sign()
    except Refusal:
        return suffix
    name = f"{sign.name}{suffix}"
    return partial(_counting, time.monotonic() + sign.returns_in, name) if sign.returns_in else name


def _counting(end: float, name: str) -> str:
    """The prompt while a change waits until `end`, on a clock that nobody sets."""
    minutes, seconds = divmod(max(0, round(end - time.monotonic())), 60)
    return f"An unconfirmed change is undone in {minutes}:{seconds:02} (confirm_change from a new login)\n{name}"
