"""Following a log at a terminal: what is new appears by itself, under the idle guard, until a key ends it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from prompt_toolkit.application import Application, get_app, run_in_terminal
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import Layout, Window

from sysmgmt.engine.request import Answer
from sysmgmt.screen.keyboard import Keyboard

EVERY = 1.0
"""Seconds between two looks."""
ENDING = ("q", "Q", "c-c", "c-d")


class Follower:
    """Follows at a keyboard's terminal."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard

    def follow(self, look: Callable[[], Answer], show: Callable[[Answer], None]) -> Answer | None:
        """Show what each look brings, until a key ends it; the answer that refuses to go on. Raises Ended."""
        keys = KeyBindings()
        for one in ENDING:
            keys.add(one)(_quit)
        application: Application[Answer | None] = Application(
            Layout(Window(height=1)), key_bindings=keys, erase_when_done=True, mouse_support=False,
            input=self._keyboard, output=self._keyboard.screen)

        def begin() -> None:
            application.create_background_task(_look_on(look, show))
        with suppress(KeyboardInterrupt), self._keyboard.prompting():
            return application.run(pre_run=begin, handle_sigint=False)
        return None


async def _look_on(look: Callable[[], Answer], show: Callable[[Answer], None]) -> None:
    while True:
        answer = look()
        if answer.status:
            get_app().exit(result=answer)
            return
        await run_in_terminal(lambda: show(answer))
        await asyncio.sleep(EVERY)


def _quit(event: KeyPressEvent) -> None:
    event.app.exit()
