"""Whoever takes the lines of a shell: a conversation, or the walk through a menu."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Answer, refused
from sysmgmt.screen.ask import Asker
from sysmgmt.screen.output import Output

Follow = Callable[[Callable[[], Answer], Callable[[Answer], None]], Answer | None]
"""Given what looks and what shows; gives the answer that refuses to go on, if one does."""


class Manner(NamedTuple):
    """How lines are taken: with somebody to ask or not, where a value `-` is read from, whether a
    failure counts for the exit status (not where a person sees it) or even ends it all, whether
    the line came on a command line. `mark` remembers where in a batch a line stands, `follow` shows
    what each look brings until a key ends it; only a person has it."""

    asker: Asker | None = None
    next_value: Callable[[], str | None] = lambda: None
    counts_failures: bool = True
    stops_at_failure: bool = False
    on_command_line: bool = False
    mark: Callable[[], None] = lambda: None
    follow: Follow | None = None


class Taker(ABC):
    """Takes lines, one after the other. `status` is that of the first one that failed."""

    def __init__(self, door: Door, output: Output, manner: Manner) -> None:
        self.door = door
        self.output = output
        self.manner = manner
        self.status = 0

    @abstractmethod
    def take(self, line: str) -> bool:
        """Do what the line says; True if that was the last one."""

    def refuse(self, refusal: Refusal) -> bool:
        """Answer a line that could not even be read; True if that was the last one."""
        self.manner.mark()
        return self.finish(self.door.run(refused(None, refusal)))

    def finish(self, answer: Answer, as_json: bool = False, paged: bool = True) -> bool:
        """Show and count `answer`; True if that was the last one."""
        self.output.answer(answer, as_json, paged)
        return self.count(answer)

    def follow(self, first: Answer, after: int, as_json: bool = False) -> Answer | None:
        """Go on showing what follows an answer, until a key ends it. Raises Ended.

        The answer that refuses to go on, if one does, is shown and returned.
        """
        last = newest(first, after)

        def look() -> Answer:
            nonlocal last
            answer = self.door.follow(last)
            last = newest(answer, last)
            return answer
        self.output.tell("New ones are shown as they come. Press q or Ctrl-C to end.")
        assert self.manner.follow
        end = self.manner.follow(look, lambda answer: self.output.more(answer, as_json))
        if end:
            self.output.answer(end, as_json)
        return end

    def count(self, answer: Answer) -> bool:
        """Count an answer that was shown; True if that was the last one."""
        if answer.fatal or self.manner.counts_failures:
            self.status = self.status or answer.status
        failed = answer.status != 0 and self.manner.stops_at_failure
        return failed or answer.fatal or (answer.command == "quit" and not answer.status)


def newest(answer: Answer, before: int) -> int:
    """The number of the last record that an answer shows; `before` if it shows none."""
    shown = [one for many in (answer.result or {}).values() for one in many]
    return max((one["number"] for one in shown), default=before)
