"""What is typed, shown where nothing can be drawn over; or not shown at all.

For TERM=dumb, where prompt_toolkit shows the last character of whatever changed, and for secrets,
which it would show there in clear.
"""

from types import TracebackType
from typing import TextIO

from prompt_toolkit.buffer import Buffer


class Typewriter:
    """While entered: the prompt is on `out`, and behind it, unless `hidden`, what `buffer` holds."""

    def __init__(self, buffer: Buffer, out: TextIO, prompt: str, hidden: bool) -> None:
        self._buffer = buffer
        self._out = out
        self._prompt = prompt
        self._hidden = hidden
        self._shown = ""

    def __enter__(self) -> "Typewriter":
        self.again()
        self._buffer.on_text_changed += self._changed
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._buffer.on_text_changed -= self._changed
        self._write("\n")

    def again(self) -> None:
        """Show the prompt and what was typed once more, on a fresh line."""
        self._write(self._prompt + self._shown)

    def _changed(self, buffer: Buffer) -> None:
        if self._hidden:
            return
        before, self._shown = self._shown, buffer.text
        if self._shown.startswith(before):
            self._write(self._shown[len(before):])
        elif before.startswith(self._shown):
            self._write("\b \b" * (len(before) - len(self._shown)))
        else:
            self._write("\n" + self._prompt + self._shown)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
