"""The program boxmgmtd: it owns the state and answers the shells."""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import NoReturn

from sysmgmt import __version__, box
from sysmgmt.domain.errors import InvalidValue, Refusal, ServiceRefused
from sysmgmt.host import daemons, memory, ownership
from sysmgmt.host.doors import MachineDoors
from sysmgmt.screen import options
from sysmgmt.screen.client import SOCKET
from sysmgmt.screen.pages.usage import usage
from sysmgmt.service import deploy, downloads, update
from sysmgmt.service.deployment import machine, site
from sysmgmt.service.duties import audit, duty, erasure, roster, unconfirmed
from sysmgmt.service.listeners import listening
from sysmgmt.service.partners import PartnerService
from sysmgmt.service.presence import Presence
from sysmgmt.service.server import Server, shared
from sysmgmt.service.threads import ENDING
from sysmgmt.store.erasing import has_begun

TELLING = frozenset({"-h", "--help", "--version"})
"""Options that only tell, whatever else is given."""
BELONGING = {**dict.fromkeys(("--dry-run", "--now", "--uids", "--remove"), "--deploy"), "--downgrade": "--update"}
"""Options that only go with another one."""


def serve(folder: str, path: str) -> None:
    """Own the state in `folder` and serve the socket at `path` until told to end.

    Raises ServiceRefused if another boxmgmtd owns it, StateDamaged.
    """
    memory.share()
    here = deployed(folder)
    guests = PartnerService()
    services = partial(guests.beside, partial(machine.services, here) if here else None)
    house = shared(box.embedded(folder, services=services, doors=MachineDoors() if here else None))
    house.box.store.read()  # a state that cannot be read is said at once
    os.makedirs(folder, mode=0o700, exist_ok=True)
    owned = ownership.take(folder)
    if owned is None:
        raise ServiceRefused(service="boxmgmtd", words=f"another one owns {folder}")
    if erasure.begin_if_decided(house, folder):
        os.close(owned)
        return serve(folder, path)  # as the box that it is once all is erased
    with placing(path):
        make_way(os.path.dirname(path))
    with suppress(Refusal):  # a box that cannot write lets people in all the same
        audit.begin(house)
    left_over = unconfirmed.begin(house)
    if here:
        machine.begin(house, here)
    presence = Presence()
    duty.start(house, roster.duties(roster.Begun(folder, path, presence, guests, left_over, here is not None)))
    if here:
        downloads.serve(house, os.path.join(os.path.dirname(path), downloads.NAME))
    with placing(path):
        listener = listening(path)
    server = Server(house, listener, presence)
    for number in ENDING:
        signal.signal(number, lambda number, frame: _stop(server, frame))
    daemons.tell_ready()
    server.serve()
    if not has_begun(folder):
        audit.end(house)
    os.close(owned)


def make_way(folder: str) -> None:
    """Make the folder of the socket, through which everybody comes, unless it is there already."""
    if not os.path.isdir(folder):
        os.makedirs(folder)
        os.chmod(folder, 0o755)  # whatever the umask is


@contextmanager
def placing(path: str) -> Iterator[None]:
    """Raise ServiceRefused where the system takes no socket at `path`."""
    try:
        yield
    except OSError as problem:
        told = ServiceRefused(service="The system", words=f"no socket at {path} ({problem.strerror or problem})")
        raise ServiceRefused(str(told), "Give another place with --socket PATH.") from None


def deployed(folder: str) -> site.Site | None:
    """The deployment of this machine, if the state in `folder` is the one that it serves."""
    here = site.read() if os.geteuid() == 0 else None
    return here if here and here.state == os.path.abspath(folder) else None


def _stop(server: Server, frame: FrameType | None) -> None:
    server.stop()


def main() -> None:
    """Run boxmgmtd."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        run(sys.argv[1:])
    except Refusal as refusal:
        end(refusal)
    except OSError as problem:
        words = f"{problem.filename} ({problem.strerror})" if problem.filename else str(problem)
        end(ServiceRefused(service="The system", words=words))


def end(refusal: Refusal) -> NoReturn:
    """Say why boxmgmtd does not run, and exit with the status of that."""
    print(f"Error: {refusal}", file=sys.stderr)
    if refusal.advice:
        print(f"Hint: {refusal.advice}", file=sys.stderr)
    sys.exit(refusal.status)


def run(words: list[str]) -> None:
    """Do what the options ask for. Raises any refusal, OSError."""
    if not TELLING.isdisjoint(words):
        print(f"boxmgmtd {__version__}" if "--version" in words else usage("boxmgmtd"))
    elif "--deploy" in words:
        os.umask(0o022)  # what it makes is for all to read, but for what says otherwise
        deploy.main(words)
    elif "--update" in words:
        os.umask(0o022)
        update.main(words)
    elif "--self-test" in words:
        if len(words) > 1:
            raise InvalidValue(what="--self-test takes no other option")
        update.self_test()
    else:
        for name in (one.partition("=")[0] for one in words):
            if name in BELONGING:
                raise InvalidValue(what=f"{name} is an option of {BELONGING[name]}")
        chosen = options.gathered(words, ("--state", "--socket"))
        os.umask(0o077)
        serve(chosen.state or box.default_folder(os.environ), chosen.socket or SOCKET)
        os._exit(0)  # the interpreter's own end may wait for a lock that a connection's thread holds


if __name__ == "__main__":
    main()
