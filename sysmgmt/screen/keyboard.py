"""The terminal of a person: keys under the idle guard, and the screen they are shown on."""

import asyncio
import logging
import os
import select
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.input.typeahead import clear_typeahead, get_typeahead, store_typeahead
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput, Output, create_output
from prompt_toolkit.utils import is_dumb_terminal

from sysmgmt.screen.ended import Standing, always_standing
from sysmgmt.screen.environment import NO_CPR
from sysmgmt.screen.idle import Countdown, Watch
from sysmgmt.screen.signals import deferred
from sysmgmt.screen.streams import Unwritable
from sysmgmt.screen.typewriter import Typewriter

PASTE = 0.2
"""Seconds within which the next line of a pasted text comes."""


Prompt = str | Callable[[], str]
"""What stands before the cursor; made anew where it changes while somebody types."""


class Keyboard(Vt100Input):
    """Keys from `stdin`, a terminal; whatever prompt_toolkit attaches to it is under the idle guard.

    `out` is the same terminal's screen. `limit` gives seconds, `standing` the refusal that ends the
    session; both are asked while a prompt waits, and the prompt ends with Ended.
    """

    def __init__(self, stdin: TextIO, out: TextIO, limit: Callable[[], float],
                 standing: Standing = always_standing, clock: Callable[[], float] = time.monotonic) -> None:
        if not (stdin.isatty() and out.isatty()):
            raise ValueError("a Keyboard needs a terminal on both sides, else typed secrets are echoed")
        os.environ.update(NO_CPR)  # also for whoever did not scrub the environment
        logging.getLogger("asyncio").disabled = True  # it would show tracebacks
        super().__init__(stdin)
        self.out = out
        self.dumb = is_dumb_terminal()
        self.screen: Output = DummyOutput() if self.dumb else create_output(out)
        self.notice = ""
        self.spare: PromptSession[str] | None = None
        """A prompt that was made ahead."""
        self.watch(limit, standing, clock)
        self._typewriter: Typewriter | None = None
        self._come: list[BaseException] = []

    def watch(self, limit: Callable[[], float], standing: Standing = always_standing,
              clock: Callable[[], float] = time.monotonic) -> None:
        """Guard another session from here on, with its own limit and standing."""
        self._watch = Watch(Countdown(limit, clock), standing, self.tell)

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        """Listen to keys, under guard."""
        return self._guarded(super().attach(input_ready_callback))

    def read_keys(self) -> list[KeyPress]:
        """The keys that were pressed; a key starts the idle time again."""
        keys = super().read_keys()
        if any(one.key is not Keys.CPRResponse for one in keys):  # that one the terminal sends by itself
            self._watch.countdown.start()
            self.notice = ""
        return keys

    def read(self, session: PromptSession[str], prompt: Prompt, hidden: bool = False) -> str:
        """One line typed into `session`. Raises EOFError, KeyboardInterrupt, Ended.

        A prompt that is made anew is shown again every second, where something can be drawn over.
        """
        if not (hidden or self.dumb):
            with self.prompting():
                return session.prompt(prompt, handle_sigint=False, refresh_interval=0 if isinstance(prompt, str) else 1)
        text = prompt if isinstance(prompt, str) else prompt()
        typewriter = Typewriter(session.default_buffer, self.out, text, hidden)
        # Raw before the prompt is seen: the terminal itself would eat a Ctrl-D that comes at once.
        with self.prompting(), self.raw_mode(), typewriter as self._typewriter:
            try:
                return session.prompt("", handle_sigint=False)
            finally:
                self._typewriter = None

    @contextmanager
    def prompting(self) -> Iterator[None]:
        """Whatever runs a prompt_toolkit application does it in here: signals end it in good order.

        With handle_sigint=False: its own handler is taken by surprise by a second Ctrl-C.
        Raises Unwritable where the terminal has gone, which may show before a signal says so.
        """
        with deferred(self._watch.end) as self._come:
            try:
                yield
            except OSError as problem:
                raise Unwritable(problem) from problem

    def tell(self, text: str) -> None:
        """Show a sentence above the running prompt, or in the notice of a full screen."""
        application = get_app()
        if application.full_screen:
            self.notice = text
            application.invalidate()
        else:
            asyncio.ensure_future(run_in_terminal(lambda: self._above(text)))

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Between prompts too, show nothing of what is typed: it could be an early answer to a hidden one."""
        before = termios.tcgetattr(self.fileno())
        settings = termios.tcgetattr(self.fileno())
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(self.fileno(), termios.TCSANOW, settings)
        try:
            yield
        finally:
            with suppress(termios.error):  # the line was hung up
                termios.tcsetattr(self.fileno(), termios.TCSANOW, before)

    def forget(self) -> None:
        """Drop what was typed and not read yet."""
        clear_typeahead(self)
        with suppress(termios.error):  # the line was hung up
            termios.tcflush(self.fileno(), termios.TCIFLUSH)

    def follows(self, begin: str) -> bool:
        """Whether what is typed or pasted ahead, and not read yet, begins with `begin`; it stays unread."""
        while True:
            come = bool(select.select([self.fileno()], [], [], PASTE)[0])
            keys = [*get_typeahead(self), *(super().read_keys() if come else ())]
            store_typeahead(self, keys)
            text = "".join(one.data for one in keys).lstrip()
            if not come or text[:len(begin)] != begin[:len(text)] or len(text) >= len(begin):
                return text.startswith(begin)

    def _above(self, text: str) -> None:
        self.out.write(("\n" if self._typewriter else "") + text + "\n")
        self.out.flush()
        if self._typewriter:
            self._typewriter.again()

    @contextmanager
    def _guarded(self, attached: AbstractContextManager[None]) -> Iterator[None]:
        with attached, self._watch.over(get_app()):
            for exception in self._come[-1:]:  # before there was anything to end
                self._watch.end(exception)
            yield
