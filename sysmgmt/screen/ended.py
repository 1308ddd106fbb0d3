"""The end of a session that the person did not ask for."""

from collections.abc import Callable

from sysmgmt.domain.errors import IdleLogout, Refusal
from sysmgmt.domain.times import words

LOOK = 1.0
"""Seconds between two looks at the session."""

Standing = Callable[[], Refusal | None]
"""Tells whether the session still stands: None, or why it is over."""


class Ended(SystemExit):
    """The session is over; `refusal` says why.

    A SystemExit, so that no `except Exception` in a command can hold it up.
    """

    code: int

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


def idle(seconds: float) -> Ended:
    """The end after `seconds` without a keystroke."""
    return Ended(IdleLogout(time=words(seconds)))


def always_standing() -> Refusal | None:
    """A session that nothing ends, as there is none before a login."""
    return None
