"""A pager without a child process: nothing to escape from, and under the idle guard."""

from contextlib import suppress

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, Layout, Window

from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.wrapping import fitted, wrapped

HELP = "space: on, b: back, g: start, G: end, q: quit"
_STEPS = {"down": 1, "j": 1, "enter": 1, "up": -1, "k": -1}
_PAGES = {" ": 1, "f": 1, "pagedown": 1, "b": -1, "pageup": -1}


class Pager:
    """Shows long texts a screen at a time."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard

    def page(self, text: str) -> None:
        """Show `text`, in pages if it is longer than the screen. Raises Ended."""
        size = self._keyboard.screen.get_size()
        shown = fitted(text, self._keyboard.out)
        if self._keyboard.dumb or shown.count("\n") < size.rows:
            self._keyboard.out.write(shown)
            self._keyboard.out.flush()
        else:
            with suppress(KeyboardInterrupt), self._keyboard.prompting():
                _Page(self._keyboard, text).application().run(handle_sigint=False)


class _Page:
    def __init__(self, keyboard: Keyboard, text: str) -> None:
        self._keyboard = keyboard
        self._text = text
        self._top = 0

    def application(self) -> Application[None]:
        window = Window(FormattedTextControl(self._shown, focusable=True, show_cursor=False))
        return Application(Layout(window), key_bindings=self._keys(), full_screen=True, mouse_support=False,
                           input=self._keyboard, output=self._keyboard.screen)

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        for name, lines in _STEPS.items():
            keys.add(name)(lambda event, lines=lines: self._move(lines))
        for name, pages in _PAGES.items():
            keys.add(name)(lambda event, pages=pages: self._move(pages * self._height()))
        for name, top in (("g", 0), ("home", 0), ("G", len(self._text)), ("end", len(self._text))):
            keys.add(name)(lambda event, top=top: self._move(top - self._top))
        for name in ("q", "Q", "c-c", "c-d"):
            keys.add(name)(_quit)
        return keys

    def _rows(self) -> list[str]:
        return list(wrapped(self._text, self._keyboard.screen.get_size().columns))

    def _height(self) -> int:
        return max(1, self._keyboard.screen.get_size().rows - 1)

    def _move(self, lines: int) -> None:
        self._top = max(0, min(self._top + lines, len(self._rows()) - self._height()))

    def _shown(self) -> StyleAndTextTuples:
        self._move(0)  # the window may have changed its size
        rows, height = self._rows(), self._height()
        page = rows[self._top:self._top + height]
        status = self._keyboard.notice or f"lines {self._top + 1}-{self._top + len(page)} of {len(rows)}  {HELP}"
        columns = self._keyboard.screen.get_size().columns
        return [("", "\n".join(page) + "\n"), ("class:reverse reverse", status[:columns - 1])]


def _quit(event: KeyPressEvent) -> None:
    event.app.exit()
