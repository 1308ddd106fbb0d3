"""The program sysmgmt: who is here, and which shell that gets."""

import sys

from sysmgmt.domain.errors import PermissionDenied, UnknownCommand
from sysmgmt.domain.roles import ADMIN_ROLE
from sysmgmt.engine.request import Answer
from sysmgmt.screen.console import Console
from sysmgmt.screen.conversation import Conversation
from sysmgmt.screen.ended import Ended
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program, name_broken, run, script


def serve(console: Console, guest: Guest) -> int:
    """The command shell for whoever came in; role admin has the menu only (R118)."""
    if guest.role == ADMIN_ROLE:
        answer = Answer(None, PermissionDenied.__name__, PermissionDenied.status, hint="Start boxmgmt.",
                        message="Users with the role admin have the menu only.")
        console.output.answer(console.door.run(answer))
        return answer.status
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
    """The cmd2 application, at a terminal or (`--no-shortcut`) on a pipe."""
    from sysmgmt.screen.terminal import Sysmgmt  # imports cmd2

    conversation = Conversation(console.door, console.catalog, console.output, console.manner)
    source = console.person.keyboard if console.person else console.lines
    application = Sysmgmt(conversation, source, sys.stdout, console.door.explain)
    status = application.cmdloop()
    if application.end is not None:
        raise Ended(application.end)
    return status


def main() -> None:
    """Run sysmgmt."""
    run(Program("sysmgmt", serve))


if __name__ == "__main__":
    main()
