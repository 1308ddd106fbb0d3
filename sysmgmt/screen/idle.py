"""The idle limit of everything that waits for a key, counted from the last one."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from prompt_toolkit.application import Application

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.times import words
from sysmgmt.screen.ended import LOOK, Ended, Standing, idle


class Due(Enum):
    """What the time demands."""

    NOTHING = 0
    WARNING = 1
    END = 2


class Countdown:
    """Time since the last key. `limit` gives seconds and is read anew at each key."""

    def __init__(self, limit: Callable[[], float], clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = 0.0
        self._read = limit
        self._clock = clock
        self._started = 0.0
        self._warned = False

    def start(self) -> None:
        """Begin to count, or begin again."""
        try:
            self.limit = self._read()
        except Refusal:
            self.limit = self.limit or 60.0  # a state that cannot be read must not switch the limit off
        self._started = self._clock()
        self._warned = False

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self._started + self.limit - self._clock()

    @property
    def notice(self) -> float:
        """How many seconds before the end the warning comes."""
        return 60.0 if self.limit >= 120 else self.limit / 2

    def due(self) -> Due:
        """What is due now; a warning is due once."""
        if self.left <= 0:
            return Due.END
        if self._warned or self.left > self.notice:
            return Due.NOTHING
        self._warned = True
        return Due.WARNING

    def wait(self) -> float:
        """Seconds until the next look, at most LOOK."""
        return max(0.0, min(LOOK, self.left if self._warned else self.left - self.notice))


class Watch:
    """Watches a running prompt: idle time by the countdown, and whether the session still stands.

    The end arrives as the prompt's own exception, never in the middle of other work; no time
    passes while a command runs, since nothing waits for a key then.
    """

    def __init__(self, countdown: Countdown, standing: Standing, tell: Callable[[str], None]) -> None:
        self.countdown = countdown
        self._standing = standing
        self._tell = tell
        self._running: list[tuple[asyncio.AbstractEventLoop, Application[Any]]] = []

    def end(self, exception: BaseException) -> None:
        """Let the prompt that is running, if one is, end with `exception`; may be called by a signal."""
        for loop, application in self._running[-1:]:
            loop.call_soon_threadsafe(_end, application, exception)

    @contextmanager
    def over(self, application: Application[Any]) -> Iterator[None]:
        """Watch over `application`, whose event loop is running."""
        loop = asyncio.get_running_loop()
        # prompt_toolkit would show a traceback and ask for ENTER.
        loop.set_exception_handler(lambda _, context: _end(application, _cause(context)))
        self.countdown.start()
        self._running.append((loop, application))
        looking = [loop.call_later(0, lambda: look())]

        def look() -> None:
            if (end := self._due()) is not None:
                _end(application, end)
            else:
                looking[0] = loop.call_later(self.countdown.wait(), look)

        try:
            yield
        finally:
            looking[0].cancel()
            self._running.pop()

    def _due(self) -> Ended | None:
        if refusal := self._standing():
            return Ended(refusal)
        due = self.countdown.due()
        if due is Due.WARNING:
            left = words(self.countdown.left)
            self._tell(f"Nothing was typed for a while. You will be logged out in {left}.")
        return idle(self.countdown.limit) if due is Due.END else None


def _end(application: Application[Any], exception: BaseException) -> None:
    if application.is_running and not application.is_done:
        application.exit(exception=exception)


def _cause(context: dict[str, Any]) -> BaseException:
    return context.get("exception") or RuntimeError(str(context.get("message")))
