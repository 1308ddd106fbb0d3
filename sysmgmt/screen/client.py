"""Who is here: a person at a terminal, a pipe, or one command; and the way to the engine."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sysmgmt import box
from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.domain.security import LONGEST_IDLE
from sysmgmt.engine.declaration import Command
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Answer, Caller, refused
from sysmgmt.screen.batch import Place
from sysmgmt.screen.conversation import Conversation
from sysmgmt.screen.ended import Standing
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.options import Options
from sysmgmt.screen.output import Output
from sysmgmt.screen.taker import Manner

if TYPE_CHECKING:
    from sysmgmt.screen.keyboard import Keyboard
    from sysmgmt.screen.person import Person

SOCKET = "/run/boxmgmt/box.sock"
"""Where boxmgmtd listens."""


ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9]{1,16})?")
"""An address as sshd writes it; the owner of the environment could write anything."""


class Client(NamedTuple):
    """One client: its door to the engine, and where it reads and writes. No `person`: a script."""

    options: Options
    door: Door
    catalog: Mapping[str, Command]
    output: Output
    lines: Lines
    place: Place
    person: "Person | None"

    @property
    def manner(self) -> Manner:
        """How lines are taken here."""
        single = self.options.command is not None
        in_batch = not single and self.person is None
        return Manner(
            asker=self.person.asker if self.person else None, next_value=self.lines.value,
            counts_failures=single or in_batch, stops_at_failure=in_batch and not self.options.keep_going,
            on_command_line=single, mark=self.place.mark if in_batch else _nowhere,
            follow=self.person.follow if self.person else None)

    @property
    def source(self) -> "Lines | Keyboard":
        """Where a shell reads its lines."""
        return self.person.keyboard if self.person else self.lines

    def conversation(self) -> Conversation:
        """A conversation in the language of the shells, at its beginning."""
        return Conversation(self.door, self.catalog, self.output, self.manner)

    def refuse(self, refusal: Refusal) -> Answer:
        """Record a refusal and show it."""
        answer = self.door.run(refused(None, refusal))
        self.output.answer(answer)
        return answer


def open_client(options: Options, environment: Mapping[str, str],
                served: Callable[[str], Door] | None = None, ready: "Keyboard | None" = None) -> Client:
    """The client that this process serves, before anybody has logged in.

    `served` opens the door of a boxmgmtd; `ready` is a keyboard that was made ahead.
    """
    at_terminal = sys.stdin.isatty()
    options = located(options, environment)
    door: Door
    catalog: Mapping[str, Command]
    if options.socket and not options.recover:
        door, catalog = (served or box.service_door)(options.socket), box.catalog()
    else:
        door, catalog = _embedded(options, stranger(environment, at_terminal))
    limit = _limit(door)
    person = _person(limit, door.standing, ready) if at_terminal else None
    lines = Lines(sys.stdin.fileno(), limit, door.standing)
    place = Place(lines)
    page = person.page if person and sys.stdout.isatty() and not options.json else None
    output = Output(sys.stdout, sys.stderr, options.json, place, page)
    return Client(options, door, catalog, output, lines, place, person)


def located(options: Options, environment: Mapping[str, str]) -> Options:
    """`options` with either the socket of boxmgmtd, where one runs, or the folder of the state."""
    if options.state or options.socket:
        return options
    if "BOXMGMT_STATE" not in environment and os.path.exists(SOCKET):
        return options._replace(socket=SOCKET)
    return options._replace(state=box.default_folder(environment))


def _embedded(options: Options, caller: Caller) -> tuple[Door, Mapping[str, Command]]:
    if os.path.exists(options.state) and not os.path.isdir(options.state):
        raise InvalidValue(what=f"{options.state} is no folder: --state names the folder of a state")
    from sysmgmt.engine.unserved import UnservedDoor  # the engine, which a client of boxmgmtd goes without

    house = box.embedded(options.state)
    return UnservedDoor(house, caller, options.state), house.catalog


def recover_admin(client: Client, password: str) -> Answer:
    """Give admin a new password, past every login: for whoever owns the state (R093)."""
    from sysmgmt.engine.recovery import recover  # rarely needed

    return recover(box.embedded(client.options.state), client.door.caller, password)


def is_served(client: Client) -> bool:
    """Whether a boxmgmtd owns the state."""
    return box.is_served(client.options.state)


def _nowhere() -> None:
    """A line that stands in no batch."""


def stranger(environment: Mapping[str, str], at_terminal: bool) -> Caller:
    """Whoever is here, before a login. In embedded mode a terminal counts as the console."""
    address = environment.get("SSH_CONNECTION", "").partition(" ")[0]
    if ADDRESS.fullmatch(address):
        return Caller(origin=address, endpoint="ssh")
    if not at_terminal:
        return Caller(origin="local", endpoint="batch")
    return Caller(origin=_terminal(), endpoint="console", console=True)


def _terminal() -> str:
    try:
        return os.ttyname(sys.stdin.fileno()).removeprefix("/dev/")
    except OSError:
        return "console"  # one without a name here, as in a container


def _limit(door: Door) -> Callable[[], float]:
    def limit() -> float:
        try:
            return door.sign().idle_timeout
        except Refusal:
            return LONGEST_IDLE  # where the state cannot tell
    return limit


def _person(limit: Callable[[], float], standing: Standing, ready: "Keyboard | None") -> "Person | None":
    from sysmgmt.screen.person import at_terminal  # imports prompt_toolkit

    try:
        return at_terminal(limit, standing, ready)
    except OSError:
        return None  # a keyboard, but nowhere to show a question
