"""The doors of a box in a folder: the command shell on a pipe, and the menu on a terminal."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.attacks import bait, fields, trace
from tests.attacks.corpus import Attempt
from tests.attacks.roles import PASSWORD, Attacker, names_of, setup
from tests.attacks.typist import Typist, spawn
from tests.support import program
from tests.support.box import TestBox

TERMINAL = program.ENVIRONMENT | {"TERM": "dumb"}
LOOKS = {"users": "get_users", "roles": "get_roles", "groups": "get_groups", "box": "get_box_settings",
         "security": "get_security_settings"}
"""The parts of the state, and the commands that show them."""
KEPT = ("name", "role", "groups", "type", "permissions")
"""What is compared of records: what changes by itself, as the time of a login does, is not."""
DERIVED = "standards"
"""What get_security_settings judges of settings, the banner among them, that others may change."""

State = Mapping[str, Any]


class Seen(NamedTuple):
    """What came of attempts: all that was printed, all programs that were started, lines that the audit lacks."""

    output: bytes
    programs: list[str]
    unrecorded: int = 0


class Door(Protocol):
    """A way to the box; `allowed` are the programs that belong to it."""

    name: str
    place: bait.Place
    folder: str
    allowed: frozenset[str]

    def attack(self, attacker: Attacker, attempts: Sequence[Attempt]) -> Seen:
        """Try all of them."""

    def state(self) -> State:
        """What the administrator sees of the box."""


class Folder(NamedTuple):
    """A folder of this machine as the place of the bait."""

    path: Path

    def write(self, name: str, text: str) -> None:
        """Make a file that everybody may read and run."""
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def names(self) -> list[str]:
        """The names of all files."""
        return os.listdir(self.path)


class Embedded:
    """What the doors of a box in a folder share. The bait lies in the folder that the programs run in."""

    name = ""
    module = ""
    allowed = trace.OURS | {sys.executable}

    def __init__(self, box: TestBox, path: Path) -> None:
        self.folder = str(path)
        self.place = Folder(path)
        self._box = box
        self._logs = 0

    def state(self) -> State:
        """What the administrator sees of the box."""
        admin = self._box.admin()
        seen = {part: kept(admin.facts(look)) for part, look in LOOKS.items()}
        admin.door.log_out("seen")
        return seen

    def records(self) -> list[dict[str, Any]]:
        """The records of the audit."""
        return self._box.audit()

    def traced(self, attacker: Attacker, *options: str) -> list[str]:
        """The command line of the program for an attacker."""
        self._logs += 1
        return trace.under(f"{self.folder}.trace-{self._logs}", *self.program(attacker, *options))

    def program(self, attacker: Attacker, *options: str) -> list[str]:
        """The program; the role admin has the menu only."""
        module = "boxmgmt" if attacker.role == "admin" else self.module
        return program.command(self._box.folder, options, attacker.name, PASSWORD, module)

    def started(self) -> list[str]:
        """All programs that were started since the last look."""
        logs = [Path(f"{self.folder}.trace-{number}") for number in range(1, self._logs + 1)]
        lines = [one for log in logs if log.exists() for one in log.read_text().splitlines()]
        return trace.programs(lines) + [one for one in trace.told(lines, self.folder) if sys.executable not in one]


class Pipe(Embedded):
    """A shell on a pipe: sysmgmt with a batch that keeps going, or the menu, which ends at the first mistake."""

    name, module = "pipe", "sysmgmt"

    def attack(self, attacker: Attacker, attempts: Sequence[Attempt]) -> Seen:
        """Try all of them as the lines of one batch; at the menu each as an answer and as a choice."""
        lines = [one.typed(names_of(attacker, self.folder)) + b"\n" for one in attempts]
        before = len(self.records())
        if attacker.role == "admin":
            ways = asked(attacker, "\n", terminal=False)
            outputs = [self._given(attacker, next(ways) + line + line) for line in lines]
        else:
            outputs = [self._given(attacker, b"".join(lines), "--keep-going")]
        return Seen(b"".join(outputs), self.started(), max(0, before + len(lines) - len(self.records())))

    def _given(self, attacker: Attacker, text: bytes, *options: str) -> bytes:
        done = subprocess.run(self.traced(attacker, *options), input=text, capture_output=True,
                              env=program.ENVIRONMENT, cwd=self.folder, timeout=600, check=False)
        return done.stdout + done.stderr


class Menu(Embedded):
    """boxmgmt on a terminal: as a choice, and as the answer to a question."""

    name, module = "menu", "boxmgmt"

    def attack(self, attacker: Attacker, attempts: Sequence[Attempt]) -> Seen:
        """Try all of them."""
        typist = Typist(lambda: spawn(self.traced(attacker), TERMINAL, self.folder))
        type_all(typist, attacker, attempts, self.folder)
        return Seen(typist.output, self.started())


MENU_ROLES = ("administrator", "admin")
OF_A_SHELL = 10
"""Attempts for which the shell behind the menu is opened once: one of them may have left it."""


def asked(attacker: Attacker, end: str, terminal: bool) -> Iterator[bytes]:
    """The ways to the questions of the menu that the attacker may be asked, one after the other, again and again."""
    return itertools.cycle([one.keys(end, terminal) for one in fields.questions(attacker.role)])


def type_all(typist: Typist, attacker: Attacker, attempts: Sequence[Attempt], folder: str) -> None:
    """Type attempts at a shell, which is the menu for some roles.

    There each is a choice and the answer to a question, and behind item 6 a command.
    """
    lines = [one.typed(names_of(attacker, folder)) for one in attempts]
    ways = asked(attacker, "\r", terminal=True) if attacker.role in MENU_ROLES else iter(())
    for line in lines:
        typist.type(line)
        if attacker.role in MENU_ROLES:
            typist.type(b"m\r" + next(ways) + line)
    if attacker.role == MENU_ROLES[0]:
        for begin in range(0, len(lines), OF_A_SHELL):
            typist.type(b"m\r6")
            for line in lines[begin:begin + OF_A_SHELL]:
                typist.type(line)
            typist.type(b"quit")
    typist.leave()


def kept(facts: Any) -> Any:
    """Facts as the administrator sees them, in lists and mappings of texts, without what changes by itself."""
    if isinstance(facts, Mapping):
        records = "role" in facts or "permissions" in facts
        return {name: kept(value) for name, value in facts.items() if not records and name != DERIVED or name in KEPT}
    return [kept(one) for one in facts] if isinstance(facts, (list, tuple)) else facts


def embedded(box: TestBox, path: Path, kind: Callable[[TestBox, Path], Embedded]) -> Embedded:
    """A door of a box whose attackers exist."""
    admin = box.admin()
    for line in setup():
        assert admin.do(line).status == 0, line
    admin.door.log_out("the attackers are there")
    return kind(box, path)
