"""Which shell somebody gets."""

import sys
from collections.abc import Sequence

from sysmgmt import extensions
from sysmgmt.domain.errors import PermissionDenied, UnknownCommand
from sysmgmt.domain.roles import ADMIN_ROLE
from sysmgmt.screen import batch
from sysmgmt.screen.client import Client
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program


def serve(client: Client, guest: Guest) -> int:
    """The command shell for whoever came in; role admin has the menu only (R118)."""
    if guest.role == ADMIN_ROLE:
        menu_only = PermissionDenied("Users with the role admin have the menu only.", "Start boxmgmt.")
        return client.refuse(menu_only).status
    options = client.options
    in_shell = options.command is None and not options.atomic and bool(client.person or options.no_shortcut)
    if in_shell and client.person:
        name_broken(client)
        return shell(client)
    status = shell(client) if in_shell else script(client)
    if status == UnknownCommand.status:
        name_broken(client)  # else looking for them would cost a script more than its commands
    return status


def shell(client: Client) -> int:
    """The cmd2 application, at a terminal or (`--no-shortcut`) on a pipe. Raises Ended."""
    from sysmgmt.screen.sysmgmt import Sysmgmt  # imports cmd2

    return Sysmgmt(client.conversation(), client.source, sys.stdout).serve()


def script(client: Client) -> int:
    """Carry out what a pipe or a command line says, without cmd2; the exit status."""
    conversation = client.conversation()
    if client.options.command is not None:
        conversation.take(client.options.command)
    elif client.options.atomic:
        batch.run_together(conversation, client.lines, client.place)
    else:
        batch.run(conversation, client.lines)
    return conversation.status


def name_broken(client: Client, more: Sequence[str] = ()) -> None:
    """Tell which packages could not be used, and what `more` there is to tell of them."""
    for sentence in (*extensions.broken(client.catalog), *more):
        client.output.tell(f"Warning: {sentence}.")


SYSMGMT = Program("sysmgmt", serve)
