"""Which shell somebody gets."""

import sys
from collections.abc import Sequence

from sysmgmt import extensions
from sysmgmt.domain.errors import PermissionDenied, UnknownCommand
from sysmgmt.domain.roles import ADMIN_ROLE
from sysmgmt.screen import batch
from sysmgmt.screen.console import Console
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program


def serve(console: Console, guest: Guest) -> int:
    """The command shell for whoever came in; role admin has the menu only (R118)."""
    if guest.role == ADMIN_ROLE:
        menu_only = PermissionDenied("Users with the role admin have the menu only.", "Start boxmgmt.")
        return console.refuse(menu_only).status
    options = console.options
    in_shell = options.command is None and not options.atomic and bool(console.person or options.no_shortcut)
    if in_shell and console.person:
        name_broken(console)
        return shell(console)
    status = shell(console) if in_shell else script(console)
    if status == UnknownCommand.status:
        name_broken(console)  # else looking for them would cost a script more than its commands
    return status


def shell(console: Console) -> int:
    """The cmd2 application, at a terminal or (`--no-shortcut`) on a pipe. Raises Ended."""
    from sysmgmt.screen.terminal import Sysmgmt  # imports cmd2

    return Sysmgmt(console.conversation(), console.source, sys.stdout).serve()


def script(console: Console) -> int:
    """Carry out what a pipe or a command line says, without cmd2; the exit status."""
    conversation = console.conversation()
    if console.options.command is not None:
        conversation.take(console.options.command)
    elif console.options.atomic:
        batch.run_together(conversation, console.lines, console.place)
    else:
        batch.run(conversation, console.lines)
    return conversation.status


def name_broken(console: Console, more: Sequence[str] = ()) -> None:
    """Tell which packages could not be used, and what `more` there is to tell of them."""
    for sentence in (*extensions.broken(console.catalog), *more):
        console.output.tell(f"Warning: {sentence}.")


SYSMGMT = Program("sysmgmt", serve)
