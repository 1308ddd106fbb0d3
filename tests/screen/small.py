"""A few declared commands, and a door that knows a few names, for the tests of the shell's surface."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from sysmgmt.commands.words import Topic
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.declaration import ANYONE, OWN_WORK, Call, Command, Shown, Word, command
from sysmgmt.engine.door import Sign
from sysmgmt.engine.reading import Reading
from sysmgmt.engine.request import Answer, Caller, Request


def _text(text: str, reading: Reading) -> str:
    return text


User = Annotated[str, Word("User name", _text, "USER", bare=True)]
Role = Annotated[str, Word("Role", _text, "ROLE")]
Groups = Annotated[str, Word("Groups", _text, "GROUP,...")]
Password = Annotated[str, Word("Password", _text, "PASSWORD", secret=True, twice=True)]
Token = Annotated[str, Word("Token", _text, "TOKEN", secret=True)]


@command(needs=ANYONE)
def add_user(call: Call, name: User, role: Role, password: Password, groups: Groups = "all") -> Shown:
    """Add a user."""
    return Shown({})


@command(needs=ANYONE)
def add_role(call: Call, name: Role, permissions: Groups = "") -> Shown:
    """Add a role."""
    return Shown({})


@command(needs=ANYONE)
def set_password(call: Call, current: Token, password: Password) -> Shown:
    """Change the own password."""
    return Shown({})


@command(needs=ANYONE)
def help(call: Call, command: Topic = "") -> Shown:
    """Explain a command."""
    return Shown({})


@command(needs=ANYONE, advanced=True)
def dig(call: Call) -> Shown:
    """Dig deep."""
    return Shown({})


@command(needs=OWN_WORK)
def tidy(call: Call) -> Shown:
    """Tidy up."""
    return Shown({})


CATALOG: Mapping[str, Command] = {one.name: one for one in (add_user, add_role, set_password, help, dig, tidy)}


class SmallDoor:
    """A door to nothing; remembers what was asked about."""

    def __init__(self, advanced: bool = False) -> None:
        self.caller = Caller(user="admin", advanced=advanced)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def offers(self, command: str, parameter: str, texts: Mapping[str, str]) -> list[str]:
        self.asked.append((command, parameter, dict(texts)))
        return {"role": ["monitor", "month", "admin"], "groups": ["east", "easter", "west wing"],
                "permissions": ["-", "a\u00a0b"], "name": ["bob", "eve"],
                "password": ["hunter2"], "current": ["hunter2"]}.get(parameter) or [
                    text for one in CATALOG[command].parameters if one.name == parameter
                    for text in one.word.offered(State(), "admin")]

    def sign(self) -> Sign:
        return Sign("box1", "", True, 1800)

    def log_in(self, name: str, password: str) -> Answer:
        return Answer(None)

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        return Answer(request.command)

    def follow(self, after: int) -> Answer:
        return Answer(None, status=2)

    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        return [self.run(one) for one in requests]

    def barred(self, command: str) -> Answer | None:
        return None

    def report_failure(self, error: Exception) -> str:
        return "E1"

    def standing(self) -> Refusal | None:
        return None

    def log_out(self, reason: str) -> None:
        pass
