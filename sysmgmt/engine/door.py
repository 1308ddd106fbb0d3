"""What a shell sees of the engine, whether it runs in the same process or behind a socket."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.request import Answer, Caller, Request

MOST_LINES, MOST_BYTES = 10_000, 16 * 1024 * 1024
"""What those hold at most that run together, as the lines of an --atomic batch."""


class Sign(NamedTuple):
    """What the box tells everybody: its name, its banner; times in seconds.

    `acknowledged`: whoever comes in at a terminal confirms the banner. `returns_in` is when a change
    is undone that nobody has confirmed; 0: none waits.
    """

    name: str
    banner: str
    installed: bool
    idle_timeout: int
    acknowledged: bool = False
    returns_in: int = 0


class Door(Protocol):
    """One client's way to the engine. A refusal comes back as an Answer, never as an exception."""

    @property
    def caller(self) -> Caller:
        """Who is logged in through this door; user "" is nobody."""

    def enter(self) -> Answer | None:
        """What the user is told whom the kernel identifies, or None: somebody has to log in."""

    def sign(self) -> Sign:
        """What anybody may know of the box. Raises StateDamaged."""

    def log_in(self, name: str, password: str) -> Answer:
        """Check the password and open a session."""

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        """Run one request; an Answer is one that was refused before it got here: it is recorded.

        Whoever is `listening` is told now and then how far a long one has come, and given its raw bytes.
        """

    def follow(self, after: int) -> Answer:
        """What there is by now behind a record of the log that the last request asked to follow; it leaves no record.

        It does not show that somebody is still there, and is refused once the caller may not see it any more.
        """

    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        """Run all requests or none; an Answer among them is one that has already failed."""

    def barred(self, command: str) -> Answer | None:
        """Why the caller may not run `command` now, or None."""

    def check(self, command: str, parameter: str, texts: Mapping[str, str]) -> Answer | None:
        """Why what `texts` has for a parameter cannot be used, as far as that is known at once, or None."""

    def offers(self, command: str, parameter: str, texts: Mapping[str, str]) -> list[str]:
        """What could stand for a parameter: for completion and for choosing. Of a secret what is asked of it."""

    def report_failure(self, error: Exception) -> str:
        """Record a failure of the shell itself; the id of the record."""

    def standing(self) -> Refusal | None:
        """None while the session may go on, else why it is over."""

    def log_out(self, reason: str) -> None:
        """End the session, if there is one."""
