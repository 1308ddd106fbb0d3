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
from sysmgmt.screen.client import Client
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program
from sysmgmt.screen.visible import escaped

if TYPE_CHECKING:
    from sysmgmt.screen.person import Person


def serve(client: Client, guest: Guest) -> int:
    """The menu, or the command shell: for a role without the menu, one command, or before installation."""
    options = client.options
    if options.command is not None or guest.role not in (ADMINISTRATOR, ADMIN_ROLE):
        return shells.serve(client, guest)
    if options.atomic or options.keep_going:
        mistake = "--atomic and --keep-going are for commands; a menu stops at the first mistake"
        return client.refuse(InvalidValue(what=mistake)).status
    site = _site(client)
    walk = _walk(client, guest, site)
    if guest.has_installed:
        offer_network(site)
    if client.person is None and not options.no_shortcut:
        batch.run(walk, client.lines)
        return walk.status
    return _menu(client, walk)


def _site(client: Client) -> Site:
    person = client.person
    asker = person.asker if person else PipeAsker(client.lines, client.manner.mark)
    return Site(client.door, client.output, asker, person is not None)


def _walk(client: Client, guest: Guest, site: Site) -> Walk:
    menu, misplaced = with_others(MAIN, client.catalog)
    shells.name_broken(client, misplaced)
    programs: Programs = {"sysmgmt": lambda: _sysmgmt(client)} if guest.role == ADMINISTRATOR else {}
    return Walk(menu, site, client.manner, programs, lambda lines: _show(client.person, lines))


def _show(person: "Person | None", lines: list[str]) -> None:
    """Draw where the questions are asked, wherever standard output goes."""
    if person is not None:
        person.keyboard.out.write("".join(escaped(line) + "\n" for line in lines))
        person.keyboard.out.flush()


def _menu(client: Client, walk: Walk) -> int:
    """The cmd2 application, at a terminal or (`--no-shortcut`) on a pipe."""
    from boxmgmt.application import Boxmgmt  # imports cmd2

    application = Boxmgmt(walk, client.source, sys.stdout)
    walk.draw()
    return application.serve()


def _sysmgmt(client: Client) -> Answer:
    """The command shell inside the menu; what ends the session there ends it here too."""
    inside = shells.shell if client.person or client.options.no_shortcut else shells.script
    status = inside(client)
    return Answer(None, status=status, fatal=status != 0)


BOXMGMT = Program("boxmgmt", serve, recover)
