"""The walk through the menus: a line is a choice, whoever it comes from (R115-R118).

Nothing here knows cmd2: a pipe walks without it.
"""

import re
from collections.abc import Callable, Mapping

from boxmgmt import drawing
from boxmgmt.action import Site, is_hidden, perform
from boxmgmt.menu import Leaf, Menu, Open, names, numbered, walked
from sysmgmt.commands import support
from sysmgmt.commands.catalog import COMMANDS
from sysmgmt.domain.errors import InvalidValue, PermissionDenied, UnknownCommand
from sysmgmt.engine import following, language
from sysmgmt.engine.catalog import is_shown
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.taker import Manner, Taker

HIDING = (PermissionDenied.__name__, UnknownCommand.__name__)
"""Why an item is not shown. Whatever else bars it is answered when it is chosen."""

SYSMGMT = "sysmgmt"
"""What is opened for commands."""
COMMANDS_BEHIND = "That is a command: choose 6 in the Main Menu first; what follows are commands then, one a line."

LEAVING = ("q", "quit", "exit", "logout")

_PATH = re.compile(r"[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,9}")

Programs = Mapping[str, Callable[[], Answer]]
"""What can be opened from the menu: runs until it is over; a failure ends the menu too."""


class Walk(Taker):
    """Takes choices.

    `show` draws on the screen of a person; for a pipe it does nothing.
    """

    def __init__(self, main: Menu, site: Site, manner: Manner, programs: Programs,
                 show: Callable[[list[str]], None]) -> None:
        super().__init__(site.door, site.output, manner)
        self._menus: tuple[Menu, ...] = (main,)
        self._site = site
        self._programs = programs
        self._show = show

    def take(self, line: str) -> bool:
        """Do what was chosen; True if the walk is over then."""
        self.manner.mark()
        word = line.strip().lower()
        if word in LEAVING:
            return True
        if word in ("?", "help"):
            return self._help()
        if word in ("m", "main"):
            self._menus = self._menus[:1]
        elif word in ("b", "back") and len(self._menus) > 1:
            self._menus = self._menus[:-1]
        elif not language.is_blank(line):
            return self._choose(line.strip())
        self.draw()
        return False

    def draw(self) -> None:
        """Show the menu that one is in."""
        self._show(drawing.menu(self._menus, numbered(self._menus[-1], self._is_allowed)))

    def _choose(self, typed: str) -> bool:
        path = [int(number) for number in typed.split(".")] if _PATH.fullmatch(typed) else []
        found = walked(self._menus, path, self._is_allowed) if path else None
        if found is None:
            wrong = refused(None, InvalidValue(what=f"There is no {_repeatable(typed)} in this menu"))
            hint = COMMANDS_BEHIND if self._is_command(typed) else "Enter a number of the menu, or ? for help."
            return self.finish(self.door.run(wrong._replace(hint=hint)))
        self._menus, item = found
        over = item is not None and self.count(self._do(item))
        if not over:
            self.draw()
        return over

    def _do(self, item: Leaf) -> Answer:
        if isinstance(item, Open):
            self._show(["", "Enter quit to come back to the menu."])
            return self._programs[item.program]()
        answer = perform(self._site, item)
        wanted = following.is_wanted(item.command, Request(item.command.name, item.given))
        if wanted and self.manner.follow and not answer.status:
            return self.follow(answer, 0) or answer
        return answer

    def _is_command(self, typed: str) -> bool:
        """Whether that is a command, for somebody who may enter commands."""
        command = COMMANDS.get(language.command_of(typed)) if SYSMGMT in self._programs else None
        return command is not None and is_shown(command, self.door.caller)

    def _help(self) -> bool:
        items = numbered(self._menus[-1], self._is_allowed)
        if self.output.as_json:
            choices = [{"number": number, "title": one.title} for number, one in items.items()]
            self.output.answer(Answer(None, result={"menu": names(self._menus), "items": choices}))
        else:
            self.output.say("\n".join([*drawing.menu(self._menus, items), "", *drawing.HELP]))
        return False

    def _is_allowed(self, item: Leaf) -> bool:
        if isinstance(item, Open):
            return item.program in self._programs
        enabling = support.enable_advanced_support_commands
        barred = self.door.barred((enabling if is_hidden(item.command, self.door) else item.command).name)
        return barred is None or barred.code not in HIDING


def _repeatable(typed: str) -> str:
    """A wrong choice as a message may name it: anything but numbers may be a misplaced secret."""
    return f"choice {typed}" if re.fullmatch(r"[0-9.-]{1,32}", typed) else "such choice"
