"""Secrets in commands at whose every call about the box something fails, or is the last of its process.

Each trial is a process that is forked from this one and runs the whole program sysmgmt, with its standard streams
in files: it is as quick as the command itself. Whoever uses it is started by `by_preload.ready`.
"""

import importlib
import os
import pkgutil
import shutil
import signal
import sys
from collections.abc import Iterator
from errno import EIO, ENOSPC
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import sysmgmt
from sysmgmt.__main__ import main
from tests.canaries.lines import KEY, LOGIN, Line, Stage, arguments, filled
from tests.canaries.needles import Found, files, look
from tests.faults.by_preload import Boundary, Fault, Record
from tests.faults.matrix import faults
from tests.support.box import ADMIN_PASSWORD

LONGEST = 60
"""Seconds after which a program hangs."""
GIVEN = (ADMIN_PASSWORD.encode(), b"Traceback", *KEY.key_pem.encode().split(b"\n")[1:3])
"""What nobody may see either."""


class Trial(NamedTuple):
    """A command with a fault, and what came to light."""

    command: str
    fault: str
    found: list[Found]


class Place:
    """A folder in which one trial follows another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stage = Stage(folder / "boxes")
        self._state = folder / "state"
        self._boundary = Boundary(self._state)

    def trials(self, line: Line, every: int = 1) -> Iterator[Trial]:
        """The line with each fault, or every so many of them, at the calls that are its own."""
        calls, shared = self._calls(line), self._shared(line)
        known = [(fault, call) for number, call in enumerate(calls, 1) if number > shared
                 for fault in faults(number, call.kind, (EIO, ENOSPC))]
        for fault, call in known[::every]:
            found = self.run(line, fault)
            if self._boundary.fired:
                yield Trial(line.command, f"{fault.name} at call {fault.at}, {call.call} {call.names}", found)

    def _calls(self, line: Line) -> list[Record]:
        self.run(line)
        return self._boundary.trace

    def _shared(self, line: Line) -> int:
        """How many calls begin the line that begin another one too: the login, which is a line by itself."""
        if line.text == LOGIN:
            return 0
        pairs = zip(map(_looks, self._calls(line)), map(_looks, self._calls(Line(LOGIN, line.before))), strict=False)
        return sum(1 for _ in takewhile(lambda both: both[0] == both[1], pairs))

    def run(self, line: Line, fault: Fault | None = None) -> list[Found]:
        """What comes to light when a line is run, and meanwhile `fault` happens."""
        shutil.rmtree(self._state, ignore_errors=True)
        shutil.copytree(self._stage.box(line), self._state)
        given = ("enable_advanced_support_commands", filled(line.text), "get_system_status", "")
        (self._folder / "given").write_text("\n".join(given))
        self._boundary.plan(fault, traced=fault is None)
        child = os.fork()
        if not child:
            self._be_child(line)
        os.waitpid(child, 0)
        return [*look("said", self.said, GIVEN), *files(self._state, GIVEN)]

    @property
    def said(self) -> bytes:
        """What the last program has said."""
        return (self._folder / "said").read_bytes()

    def _be_child(self, line: Line) -> None:
        try:
            signal.alarm(LONGEST)
            for number, (name, flags) in enumerate((("given", os.O_RDONLY), ("said", os.O_WRONLY | os.O_CREAT))):
                os.dup2(os.open(self._folder / name, flags | os.O_TRUNC * number, 0o600), number)
            os.dup2(1, 2)
            sys.argv[1:] = arguments(line, self._state)
            with self._boundary.armed():
                main()
        finally:
            os._exit(99)


def _looks(call: Record) -> tuple[str, tuple[str, ...], int]:
    return call.call, call.names, len(call.data)


def load() -> None:
    """Import all that a program might, once for all trials."""
    for one in pkgutil.walk_packages(sysmgmt.__path__, "sysmgmt."):
        importlib.import_module(one.name)
