"""Reading texts into values, and the slow work that this takes.

Slow work (hashing a password, comparing it with the history) is done once per request and
remembered, before any lock is held. When the lock is held and the state turns out to have moved
on, the texts are read again; what was remembered costs nothing then. What was not remembered
must not be done under the lock: StateMoved sends the request back to where it began.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Box
from sysmgmt.engine.request import Caller


class StateMoved(Exception):
    """Slow work would be needed while the lock is held, or the state is no longer what was judged."""


class SlowWork:
    """A request's memory of its slow work; `closed` while the lock is held."""

    def __init__(self) -> None:
        self._known: dict[object, Any] = {}
        self.closed = False

    def once(self, key: object, work: Callable[[], Any]) -> Any:
        """The result of `work`, done at most once for `key`. Raises StateMoved."""
        if key not in self._known:
            if self.closed:
                raise StateMoved
            self._known[key] = work()
        return self._known[key]


class Reading(NamedTuple):
    """What a word is read with: the state, the caller, the other texts, and the slow work.

    `verify` checks that a text is the password behind a hash of the caller's account, as a
    transaction of its own; it raises PasswordWrong or AccountLocked. `warnings` collects sentences for the answer.
    """

    state: State
    caller: Caller
    texts: dict[str, str]
    box: Box
    slow: SlowWork
    now: float
    warnings: list[str]
    verify: Callable[[str, str], None]
