"""What is typed or piped: the language, batches, the menu, and the words of every command."""

import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from boxmgmt.action import Site
from boxmgmt.answers import PipeAsker
from boxmgmt.tree import MAIN
from boxmgmt.walk import Walk
from sysmgmt import box
from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.engine import dispatch
from sysmgmt.engine import language as words_of
from sysmgmt.engine.declaration import Command
from sysmgmt.engine.request import Answer, Caller
from sysmgmt.screen import batch
from sysmgmt.screen.conversation import Conversation
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.output import Output
from sysmgmt.screen.taker import Manner
from tests.screen.small import SmallDoor
from tests.support.box import build
from tests.support.clock import HeldClock

CATALOG = box.catalog()


class DoorToNothing(SmallDoor):
    """Whoever comes here may do everything, and nothing happens."""

    def check(self, command: str, parameter: str, texts: Mapping[str, str]) -> Answer | None:
        """Everything can be used."""
        return None


def language(data: bytes) -> None:
    """Every line is read or refused, and every value that was read can be written and read again."""
    line = data.decode("utf-8", "surrogateescape")
    words_of.awaited(line)
    words_of.is_blank(line)
    with suppress(InvalidValue):
        for value in words_of.parse(line).texts.values():
            assert words_of.parse(f"x a={words_of.quoted(value)} b=c").texts == {"a": value, "b": "c"}


def piped(data: bytes) -> None:
    """A batch of commands is taken to its end."""
    with _lines(data) as lines:
        manner = Manner(next_value=lines.value)
        batch.run(Conversation(DoorToNothing(), CATALOG, _output(), manner), lines)


def menu(data: bytes) -> None:
    """A walk through the menu is taken to its end."""
    with _lines(data) as lines:
        site = Site(DoorToNothing(advanced=True), _output(), PipeAsker(lines, lambda: None), False)
        batch.run(Walk(MAIN, site, Manner(), {}, lambda drawn: None), lines)


def words(data: bytes) -> None:
    """Every value of every command, as far as it is read without slow work; `COMMAND PARAMETER` stands before it."""
    first, _, text = data.decode("utf-8", "surrogateescape").partition("\n")
    name, _, parameter = first.partition(" ")
    command = CATALOG.get(name)
    if command is None:
        command, parameter = _chosen(data[:2])
    with suppress(Refusal):
        dispatch.check(house(), Caller(user="admin"), command, parameter, {parameter: text})


@cache
def _choices() -> list[tuple[Command, str]]:
    return [(one, each.name) for one in CATALOG.values() for each in one.parameters]


def _chosen(number: bytes) -> tuple[Command, str]:
    return _choices()[int.from_bytes(number, "big") % len(_choices())]


@cache
def house() -> dispatch.House:
    """The engine over a box that is read only."""
    keep = tempfile.TemporaryDirectory(prefix="fuzz-")  # below the one that the program removes
    _KEPT.append(keep)
    return build(Path(keep.name) / "state", "basic", HeldClock()).house()


_KEPT: list["tempfile.TemporaryDirectory[str]"] = []
"""Folders that go when the process ends."""


def _output() -> Output:
    return Output(io.StringIO(), io.StringIO())


@contextmanager
def _lines(data: bytes) -> Iterator[Lines]:
    """What stands on standard input."""
    descriptor = os.memfd_create("input")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield Lines(descriptor)
    finally:
        os.close(descriptor)
