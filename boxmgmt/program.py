"""The program boxmgmt: the menu for those whose role has it, else the command shell (R115-R119)."""

import sys
from typing import TYPE_CHECKING

from boxmgmt.action import Site
from boxmgmt.answers import PipeAsker
from boxmgmt.installation import offer_network
from boxmgmt.others import with_others
from boxmgmt.recovery import recover
from boxmgmt.tree import MAIN
from boxmgmt.walk import Programs, Walk
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.roles import ADMIN_ROLE, ADMINISTRATOR
from sysmgmt.engine.request import Answer
from sysmgmt.screen import batch, shells
from sysmgmt.screen.console import Console
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program
from sysmgmt.screen.visible import escaped

if TYPE_CHECKING:
    from sysmgmt.screen.person import Person


def serve(console: Console, guest: Guest) -> int:
    """The menu, or the command shell: for a role without the menu, one command, or before installation."""
    options = console.options
    if options.command is not None or guest.role not in (ADMINISTRATOR, ADMIN_ROLE):
        return shells.serve(console, guest)
    if options.atomic or options.keep_going:
        mistake = "--atomic and --keep-going are for commands; a menu stops at the first mistake"
        return console.refuse(InvalidValue(what=mistake)).status
    site = _site(console)
    walk = _walk(console, guest, site)
    if guest.has_installed:
        offer_network(site)
    if console.person is None and not options.no_shortcut:
        batch.run(walk, console.lines)
        return walk.status
    return _menu(console, walk)


def _site(console: Console) -> Site:
    person = console.person
    asker = person.asker if person else PipeAsker(console.lines, console.manner.mark)
    return Site(console.door, console.output, asker, person is not None)


def _walk(console: Console, guest: Guest, site: Site) -> Walk:
    menu, misplaced = with_others(MAIN, console.catalog)
    shells.name_broken(console, misplaced)
    programs: Programs = {"sysmgmt": lambda: _sysmgmt(console)} if guest.role == ADMINISTRATOR else {}
    return Walk(menu, site, console.manner, programs, lambda lines: _show(console.person, lines))


def _show(person: "Person | None", lines: list[str]) -> None:
    """Draw where the questions are asked, wherever standard output goes."""
    if person is not None:
        person.keyboard.out.write("".join(escaped(line) + "\n" for line in lines))
        person.keyboard.out.flush()


def _menu(console: Console, walk: Walk) -> int:
    """The cmd2 application, at a terminal or (`--no-shortcut`) on a pipe."""
    from boxmgmt.screen import Boxmgmt  # imports cmd2

    application = Boxmgmt(walk, console.source, sys.stdout)
    walk.draw()
    return application.serve()


def _sysmgmt(console: Console) -> Answer:
    """The command shell inside the menu; what ends the session there ends it here too."""
    inside = shells.shell if console.person or console.options.no_shortcut else shells.script
    status = inside(console)
    return Answer(None, status=status, fatal=status != 0)


BOXMGMT = Program("boxmgmt", serve, recover)
