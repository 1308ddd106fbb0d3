"""The manners of the shells, in one place.

* Answers go to standard output, everything else to standard error; with --json errors too go to
  standard output, and every command prints exactly one line there.
* A message says what is true, then what to do: `Error: <sentence>.`, then `Hint: <sentence>.`
* In a batch what concerns a line begins with `line N: `.
* How far a long command has come is shown on a terminal only, and goes when it is done.
* A change ends with `<command> completed successfully.`
* Raw bytes are written as they are, only where standard output is no terminal, and nothing is written
  after them.
* Stored text is shown with every control character escaped.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from sysmgmt.domain.progress import Report, Sink, unheard
from sysmgmt.engine.request import Answer
from sysmgmt.screen import help, text
from sysmgmt.screen.progress import shown
from sysmgmt.screen.streams import Unwritable
from sysmgmt.screen.visible import escaped
from sysmgmt.screen.wrapping import fitted


class Output:
    """Where a shell shows answers. `place` gives what stands before messages in a batch, or ''.

    `page` shows a text that may be longer than the screen; without it the text is just written.
    """

    def __init__(self, out: TextIO, err: TextIO, as_json: bool = False, place: Callable[[], str] = lambda: "",
                 page: Callable[[str], None] | None = None) -> None:
        self._out = out
        self._err = err
        self._place = place
        self._page = page
        self._raw = False
        self._is_watched = err.isatty()
        self._takes_bytes = hasattr(out, "buffer") and not out.isatty()
        self.as_json = as_json

    def answer(self, answer: Answer, as_json: bool = False, paged: bool = True) -> None:
        """Show an answer; `as_json` for this one alone. One that goes on is not `paged`. Raises Unwritable."""
        try:
            self._answer(answer, as_json, paged)
        except Unwritable as end:
            end.is_done = answer.is_carried_out
            raise

    def _answer(self, answer: Answer, as_json: bool, paged: bool) -> None:
        raw, self._raw = self._raw, False
        for warning in answer.warnings:
            self.tell(f"Warning: {warning}")
        if raw and not answer.status:
            pass  # the bytes were the answer
        elif (as_json or self.as_json) and not raw:
            self._write(document(answer) + "\n")
        elif answer.status:
            if answer.result:
                self._show("".join(line + "\n" for line in text.lines(answer.result)))
            self.tell(f"Error: {answer.message}")
            if answer.hint:
                self.tell(f"Hint: {answer.hint}")
        elif answer.download:
            self._write(answer.download)  # as it stands: what a pager shows cannot be taken anywhere
        else:
            show = self._show if paged else self._write
            show("".join(line + "\n" for line in readable(answer)))

    def more(self, answer: Answer, as_json: bool = False) -> None:
        """Show what follows an answer that was shown: its records, without what they stand below."""
        for warning in answer.warnings:
            self.tell(f"Warning: {warning}")
        if not any((answer.result or {}).values()):
            return
        if as_json or self.as_json:
            self._write(document(answer) + "\n")
        else:
            self._write("".join(line + "\n" for line in text.lines(answer.result or {})[1:]))

    def tell(self, message: str) -> None:
        """A message beside the answers; each of its lines is escaped."""
        with suppress(OSError):  # where nobody listens the exit status still tells
            for line in message.split("\n"):
                self._err.write(fitted(f"{self._place()}{escaped(line)}\n", self._err))
            self._err.flush()

    @property
    def sink(self) -> Sink | None:
        """Who takes raw bytes: standard output, unless it is a terminal or takes text only."""
        return self._write_raw if self._takes_bytes else None

    @contextmanager
    def progress(self, as_json: bool = False) -> Iterator[Report]:
        """Whom a command tells how far it has come: a person at a terminal, without --json."""
        if as_json or self.as_json or not self._is_watched:
            yield unheard
        else:
            with shown(self._err) as report:
                yield report

    def say(self, message: str) -> None:
        """Lines that a person at a terminal reads: banner, greeting, menu."""
        self._write("".join(escaped(line) + "\n" for line in message.split("\n")))

    def _show(self, shown: str) -> None:
        if self._page is not None:
            self._out.flush()
            self._page(shown)
        else:
            self._write(shown)

    def _write_raw(self, piece: bytes) -> None:
        """Write bytes. Raises OSError where nobody takes them."""
        self._raw = True
        self._out.flush()
        self._out.buffer.write(piece)
        self._out.buffer.flush()

    def _write(self, shown: str) -> None:
        try:
            self._out.write(shown)
            self._out.flush()
        except BrokenPipeError:
            raise
        except OSError as problem:
            raise Unwritable(problem) from None


def document(answer: Answer) -> str:
    """An answer as one line of JSON."""
    facts: dict[str, object] = {"command": answer.command, "code": answer.code, "status": answer.status}
    if answer.status:
        facts |= {"message": answer.message, "hint": answer.hint}
    if answer.result is not None or not answer.status:
        facts["result"] = answer.result
    if answer.download:
        facts["download"] = answer.download
    if answer.dry_run:
        facts["dry_run"] = True
    if answer.warnings:
        facts["warnings"] = list(answer.warnings)
    return json.dumps(facts)


def readable(answer: Answer) -> list[str]:
    """The lines that show an answer to people."""
    shown = help.lines(answer.result) if answer.command == "help" and answer.result else None
    shown = shown or text.lines(answer.result or {})
    if answer.message:
        shown.append(answer.message)
    elif answer.changes:
        shown.append(_closing(answer))
    return shown


def _closing(answer: Answer) -> str:
    if answer.code == "Unchanged":
        return f"{answer.command}: nothing had to be changed."
    if answer.dry_run:
        return f"{answer.command} would complete successfully; nothing was changed."
    return f"{answer.command} completed successfully."
