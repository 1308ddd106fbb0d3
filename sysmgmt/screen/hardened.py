"""The loop that both shells run in, on top of what is left of cmd2.

The three private names of cmd2 that are overridden are in this module; setup.cfg pins the release that
they were read in.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import nullcontext
from types import FrameType
from typing import Any, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.history import History

from sysmgmt.domain.errors import InternalError, InvalidValue, Refusal
from sysmgmt.screen import keystrokes, loading, prompt
from sysmgmt.screen.ended import Ended
from sysmgmt.screen.keyboard import Keyboard, Prompt
from sysmgmt.screen.lines import Lines, check
from sysmgmt.screen.offer import Offer
from sysmgmt.screen.signals import guarded
from sysmgmt.screen.stripped import Stripped
from sysmgmt.screen.taker import Taker

INTERRUPTED = 130


class Ending(Stripped, ABC):
    """How the loop can end: by itself, by a signal, by the session's end, by a failure.

    `source` is where lines come from. `end` is why the session ended by itself, else None.
    """

    def __init__(self, source: Lines | Keyboard, out: TextIO) -> None:
        self.source = source
        # On a terminal cmd2 gets a stdin that is at its end: only the Keyboard, under guard, reads.
        super().__init__(cast(TextIO, source) if isinstance(source, Lines) else io.StringIO(), out)
        self.end: Refusal | None = None

    @abstractmethod
    def failed(self, error: Exception) -> bool:
        """Answer a failure that nobody foresaw, without a word of its details; True ends the loop.

        What this raises itself leaves cmdloop, with the terminal in order.
        """

    def cmdloop(self, intro: Any = "") -> int:
        """Take lines until the end; the exit status."""
        with guarded(), self.source.silent() if isinstance(self.source, Keyboard) else nullcontext():
            while True:
                try:
                    return super().cmdloop()
                except KeyboardInterrupt:  # between two lines
                    if isinstance(self.source, Lines):
                        self.exit_code = INTERRUPTED
                        return self.exit_code
                except SystemExit as end:
                    self._leave(end)
                    return self.exit_code
                except Exception as error:  # in the prompt itself: another one would fail like it
                    self.failed(error)
                    self.exit_code = InternalError.status
                    return self.exit_code

    def serve(self) -> int:
        """Take lines until the end; the exit status. Raises Ended where the session ended by itself."""
        loading.end()
        status = self.cmdloop()
        if self.end is not None:
            raise Ended(self.end)
        return status

    def sigint_handler(self, signum: int, frame: FrameType | None) -> None:
        """Interrupt what runs."""
        raise KeyboardInterrupt

    def _leave(self, end: SystemExit) -> None:
        self.exit_code = end.code if isinstance(end.code, int) else InternalError.status
        if isinstance(end, Ended):
            self.end = end.refusal
        if isinstance(self.source, Keyboard):
            self.source.forget()


class _AtEnd(str):
    """The line that was not there, as cmd2's loop needs a line: its `_eof` could be typed."""


class _Unusable(str):
    """A line that cannot be used, and why."""

    refusal: Refusal


class Hardened(Ending):
    """The loop of both shells: every line goes, whole, to `taker`, from a terminal and from a pipe.

    `history` is what arrow-up brings back; without it nothing does.
    """

    SUFFIX = ""
    """What stands in the prompt behind the name of the box."""

    def __init__(self, taker: Taker, source: Lines | Keyboard, out: TextIO, history: History | None = None) -> None:
        self.taker = taker
        self._typed = history
        super().__init__(source, out)

    def take(self, line: str) -> bool:
        """Do what the line says; True ends the loop."""
        return self._over(self.taker.take(line))

    def refused(self, refusal: Refusal) -> bool:
        """Answer a line that cannot be used (not UTF-8, control characters, too long); True ends the loop."""
        return self._over(self.taker.refuse(refusal))

    def failed(self, error: Exception) -> bool:
        """Answer with the id of what was recorded."""
        return self.refused(InternalError(id=self.taker.door.report_failure(error)))

    def prompt_text(self) -> Prompt:
        """What to show before the next line."""
        return prompt.text(self.taker.door, self.SUFFIX)

    def offers(self, before: str) -> Sequence[Offer]:
        """Candidates for what stands before the cursor."""
        return []

    def onecmd_plus_hooks(self, line: str, **_: Any) -> bool:
        """Take one line; True ends the loop."""
        try:
            if isinstance(line, _AtEnd):
                return True
            return self.refused(line.refusal) if isinstance(line, _Unusable) else self.take(str(line))
        except KeyboardInterrupt:
            if isinstance(self.source, Lines):
                raise  # a batch that was interrupted does not go on with its next line
            return False
        except Exception as error:
            return self.failed(error)

    def _register_subcommands(self, owner: Any) -> None:
        """There are none, and cmd2 would look for them in everything that it has."""

    def _create_main_session(self, **asked: Any) -> PromptSession[str]:
        """The session at our keyboard; cmd2's own would be made for nothing, and is half of what a prompt costs."""
        if isinstance(self.source, Keyboard):
            return keystrokes.session(self.source, self.offers, self._typed)
        return super()._create_main_session(**asked)

    def _read_command_line(self, prompt: str) -> str:
        """cmd2's own starts a thread, and turns the end of input into the command `_eof`."""
        while True:
            try:
                line = self._next()
                return _AtEnd() if line is None else line
            except EOFError:
                return _AtEnd()
            except InvalidValue as refusal:
                unusable = _Unusable()
                unusable.refusal = refusal
                return unusable
            except KeyboardInterrupt:
                if isinstance(self.source, Lines):
                    raise SystemExit(INTERRUPTED) from None  # cmd2's loop would go on with the next line

    def _over(self, stop: bool) -> bool:
        self.exit_code = self.taker.status
        return stop

    def _next(self) -> str | None:
        if isinstance(self.source, Lines):
            return self.source.next()
        return check(self.source.read(self.main_session, self.prompt_text()), "The line")
