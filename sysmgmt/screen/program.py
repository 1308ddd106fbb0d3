"""What both programs do around their shell: options, environment, login, logout, exit status."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from sysmgmt import __version__
from sysmgmt.domain.errors import InternalError, InvalidValue, Refusal
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Answer, refused
from sysmgmt.screen import entrance, options, streams
from sysmgmt.screen.client import Client, open_client
from sysmgmt.screen.ended import Ended
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.environment import scrub
from sysmgmt.screen.output import Output
from sysmgmt.screen.signals import guarded
from sysmgmt.screen.streams import UNWRITABLE, Unwritable

if TYPE_CHECKING:
    from sysmgmt.screen.keyboard import Keyboard


class Program(NamedTuple):
    """A program: what it does for whoever came in, and for one who cannot come in any more.

    `door` opens the door of a boxmgmtd, where that is not done as usual; `keyboard` was made ahead.
    """

    name: str
    serve: Callable[[Client, Guest], int]
    recover: Callable[[Client], int] | None = None
    door: Callable[[str], Door] | None = None
    keyboard: "Keyboard | None" = None


def run(program: Program, leave: Callable[[int], NoReturn] = os._exit) -> NoReturn:
    """Let somebody in, serve him, let him out, and `leave` with the status."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold passwords
    streams.prepare()
    environment = dict(os.environ)
    os.environ.clear()
    os.environ.update(scrub(environment))
    status = streams.finish(_status(program, environment))
    leave(status)  # the interpreter's own way out takes longer than a command


def _status(program: Program, environment: dict[str, str]) -> int:
    try:
        chosen = options.read(sys.argv[1:])
        if chosen.recover and program.recover is None:
            raise InvalidValue(what="--recover is an option of boxmgmt")
    except Refusal as refusal:
        Output(sys.stdout, sys.stderr).answer(refused(None, refusal))
        return refusal.status
    if chosen.help:
        from sysmgmt.screen.pages.usage import usage  # texts of the manual, which nothing else needs here

        return streams.say(usage(program.name))
    if chosen.version:
        return streams.say(f"{program.name} {__version__}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    return _guarded(chosen, environment, program)


def _guarded(chosen: options.Options, environment: dict[str, str], program: Program) -> int:
    """Visit the box; whatever ends that, its status."""
    try:
        with guarded():
            client = open_client(chosen, environment, program.door, program.keyboard)
            return visit(client, program, client.door.log_out)
    except Refusal as refusal:
        Output(sys.stdout, sys.stderr, chosen.json).answer(refused(None, refusal))
        return refusal.status
    except Unwritable as end:
        Output(sys.stdout, sys.stderr).tell(f"Error: {end.sentence}")
        return UNWRITABLE
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else InternalError.status
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except Exception as error:  # not even the audit could be told of it, but nobody may see a traceback
        what = f"Something unexpected happened ({type(error).__name__}), and it could not be recorded."
        Output(sys.stdout, sys.stderr, chosen.json).answer(refused(None, InternalError(what)))
        return InternalError.status


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def visit(client: Client, program: Program, leave: Callable[[str], None]) -> int:
    """Let somebody in, serve him and let him out with a reason; the exit status.

    Raises Refusal, Unwritable, BrokenPipeError.
    """
    reason = "the program ended"
    recover = program.recover if client.options.recover else None
    try:
        # What is typed while nothing asks for it is not echoed: it may be an early password.
        with client.person.keyboard.silent() if client.person else nullcontext():
            status = recover(client) if recover else _served(client, program)
        reason = "logged out"
        if client.person and client.options.command is None and client.door.caller.session:
            client.output.tell("Logged out.")
        return status
    except Ended as end:
        reason = end.refusal.code
        client.output.answer(refused(None, end.refusal))
        return end.refusal.status
    except (Refusal, BrokenPipeError):
        raise
    except Exception as error:  # whatever it is, nobody may see a traceback
        refusal = InternalError(id=client.door.report_failure(error))
        client.output.answer(refused(None, refusal))
        return refusal.status
    finally:
        leave(reason)


def _served(client: Client, program: Program) -> int:
    guest = entrance.admit(client)
    if isinstance(guest, Answer):
        client.output.answer(guest)
        return guest.status
    return program.serve(client, guest)
