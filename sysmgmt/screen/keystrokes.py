"""The keys of our own at every prompt: Tab and paste; and the prompt sessions that have them."""

import os
from collections.abc import Sequence
from functools import cache
from operator import itemgetter

from prompt_toolkit import PromptSession
from prompt_toolkit.application import application
from prompt_toolkit.history import DummyHistory, History
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.defaults import load_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.utils import get_cwidth

from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.offer import Offer, Offers
from sysmgmt.screen.visible import escaped

MOST_LISTED = 200

# The keys of prompt_toolkit itself: it would make them anew for each prompt, which is most of what one costs.
setattr(application, "load_key_bindings", cache(load_key_bindings))
# Its own looks, too; there are no others here to merge with them.
setattr(application, "merge_styles", itemgetter(0))


class Line(PromptSession[str]):
    """A prompt on the keyboard that can do no more than edit one line."""

    def __init__(self, keyboard: Keyboard, hidden: bool = False) -> None:
        self.offers: Offers | None = None
        super().__init__(
            input=keyboard, output=DummyOutput() if hidden else keyboard.screen, history=DummyHistory(),
            key_bindings=_bindings(keyboard, self), multiline=False, mouse_support=False,
            enable_suspend=False, enable_system_prompt=False, enable_open_in_editor=False,
            complete_while_typing=False, complete_in_thread=False, reserve_space_for_menu=0)

    def remember(self, history: History) -> None:
        """Bring back what is in `history` from now on."""
        self.history = self.default_buffer.history = history


def session(keyboard: Keyboard, offers: Offers | None = None, history: History | None = None,
            hidden: bool = False) -> Line:
    """A prompt with what Tab offers and arrow-up brings back; one that was made ahead, where there is one."""
    line = keyboard.spare if isinstance(keyboard.spare, Line) and not hidden else Line(keyboard, hidden)
    if line is keyboard.spare:
        keyboard.spare = None
    line.offers = None if hidden else offers
    if history is not None:
        line.remember(history)
    return line


def _bindings(keyboard: Keyboard, line: Line) -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        _insert_one_line(event, keyboard)

    @keys.add("tab")
    def _complete(event: KeyPressEvent) -> None:
        if line.offers is not None:
            _insert_offer(event, keyboard, line.offers)

    return keys


def _insert_one_line(event: KeyPressEvent, keyboard: Keyboard) -> None:
    """Pasted text never presses Enter: one line is inserted, several are refused.

    Otherwise the second line of a text would run, or answer a question, unseen.
    """
    text = event.data.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    if "\n" in text and not text.lstrip().startswith("-----BEGIN "):
        clear_typeahead(keyboard)
        keyboard.tell(f"{text.count(chr(10)) + 1} lines were pasted and not used. Paste one line at a time, "
                      "or give the lines to standard input.")
    else:
        event.current_buffer.insert_text(text)


def _insert_offer(event: KeyPressEvent, keyboard: Keyboard, offers: Offers) -> None:
    buffer = event.current_buffer
    before = buffer.document.current_line_before_cursor
    found = _found(offers, before)
    if not found:
        return
    longest = os.path.commonprefix([one.text for one in found])
    replaces = found[0].replaces
    if len({one.replaces for one in found}) == 1 and len(longest) > replaces or len(found) == 1:
        buffer.delete_before_cursor(replaces)
        buffer.insert_text(longest)
    else:
        keyboard.tell(_columns([escaped(one.shown) for one in found], keyboard.screen.get_size().columns))


def _found(offers: Offers, before: str) -> Sequence[Offer]:
    try:
        return offers(before)
    except Exception:  # no candidate is worth the end of the session; the command itself will tell
        return []


def _columns(names: Sequence[str], width: int) -> str:
    """The names in columns, read downwards."""
    listed = names[:MOST_LISTED]
    wide = max(get_cwidth(one) for one in listed) + 2
    across = max(1, (width - 1) // wide)
    down = -(-len(listed) // across)
    rows = ["".join(one + " " * (wide - get_cwidth(one)) for one in listed[row::down]).rstrip()
            for row in range(down)]
    more = [f"... and {len(names) - len(listed)} more"] if len(names) > len(listed) else []
    return "\n".join(rows + more)
