"""One conversation in the language of the shells: a line comes in, its answer is shown.

The terminal and the batch hold the same conversation; they differ in where lines come from, in
whether there is somebody to ask, and in whether a failure ends it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sysmgmt.domain.errors import Cancelled, InvalidValue, MissingValue, Refusal, SecretOnCommandLine
from sysmgmt.engine import language
from sysmgmt.engine.declaration import OWN_WORK, Command, Parameter
from sysmgmt.engine.door import Door
from sysmgmt.engine.language import Line
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.ask import Asker
from sysmgmt.screen.output import Output


class Manner(NamedTuple):
    """How lines are taken: with somebody to ask or not, where a value `-` is read from, whether a
    failure counts for the exit status (not where a person sees it) or even ends the conversation,
    whether the line came on a command line. `mark` remembers where in a batch a line stands."""

    asker: Asker | None = None
    next_line: Callable[[], str | None] = lambda: None
    counts_failures: bool = True
    stops_at_failure: bool = False
    on_command_line: bool = False
    mark: Callable[[], None] = lambda: None


class Conversation:
    """Takes lines, one after the other. `status` is that of the first command that failed."""

    def __init__(self, door: Door, catalog: Mapping[str, Command], output: Output, manner: Manner) -> None:
        self.door = door
        self.catalog = catalog
        self.output = output
        self.status = 0
        self._manner = manner

    def take(self, line: str) -> bool:
        """Carry out `line` and show the answer; True if the conversation is over then."""
        self._manner.mark()
        if language.is_blank(line):
            return False
        request, as_json = self.read(line)
        answer = self.door.run(request)
        if answer.code == "ConfirmationNeeded" and isinstance(request, Request) and self._manner.asker:
            answer = self._confirmed(request, self._manner.asker)
        return self.finish(answer, as_json)

    def finish(self, answer: Answer, as_json: bool = False) -> bool:
        """Show `answer`; True if the conversation is over with it."""
        self.output.answer(answer, as_json)
        if answer.fatal or self._manner.counts_failures:
            self.status = self.status or answer.status
        failed = answer.status != 0 and self._manner.stops_at_failure
        return failed or answer.fatal or (answer.command == "quit" and not answer.status)

    def refuse(self, refusal: Refusal) -> bool:
        """Answer a line that could not even be read; True if the conversation is over then."""
        self._manner.mark()
        return self.finish(self.door.run(refused(None, refusal)))

    def read(self, line: str) -> tuple[Request | Answer, bool]:
        """The request that `line` is, or the answer that refuses it; and whether it wants JSON."""
        name = "help" if language.command_of(line) == "?" else language.command_of(line)
        try:
            parsed = language.parse(line)
            return self._request(parsed._replace(command=name)), "json" in parsed.flags
        except Refusal as refusal:
            return refused(name, refusal), "--json" in line.split()

    def _request(self, line: Line) -> Request:
        if "help" in line.flags:
            return Request("help", {"command": line.command})
        command = self.catalog.get(line.command)
        if command is None or command.needs == OWN_WORK:
            return Request(line.command, line.texts)
        texts = self._texts(command, line)
        return Request(line.command, texts, "dry-run" in line.flags, "yes" in line.flags)

    def _texts(self, command: Command, line: Line) -> dict[str, str]:
        texts = dict(line.texts)
        self._place_bare(command, line.bare, texts)
        for name in line.on_next_lines:
            texts[name] = self._from_next_line(command, name)
        if self._manner.on_command_line:
            _check_secrets(command, line.texts)
        if self._manner.asker and not self.door.barred(command.name):
            ask_missing(self.door, command, texts, self._manner.asker)
        return texts

    def _place_bare(self, command: Command, words: list[str], texts: dict[str, str]) -> None:
        free = [one.name for one in command.parameters if one.word.bare and one.name not in texts]
        if len(words) > len(free):
            # What it was is not repeated: it may be half a password.
            raise InvalidValue(what=f"Values of {command.name} are given as name=value, or name=\"with blanks\"")
        texts.update(zip(free, words, strict=False))

    def _from_next_line(self, command: Command, name: str) -> str:
        parameter = command.parameter(name)
        if self._manner.asker:
            secret = parameter is not None and parameter.word.secret
            return ask(self.door, command, parameter, self._manner.asker, {}) if secret and parameter else "-"
        line = self._manner.next_line()
        if line is None:
            raise MissingValue(command=command.name, parameter=name)
        return line

    def _confirmed(self, request: Request, asker: Asker) -> Answer:
        try:
            asker.confirm(self.catalog[request.command].asks)
        except Cancelled as refusal:
            return self.door.run(refused(request.command, refusal))
        return self.door.run(request._replace(confirmed=True))


def _check_secrets(command: Command, texts: Mapping[str, str]) -> None:
    for name in texts:
        parameter = command.parameter(name)
        if parameter is not None and parameter.word.secret:
            raise SecretOnCommandLine(parameter=name)


def ask_missing(door: Door, command: Command, texts: dict[str, str], asker: Asker) -> None:
    """Ask for the required parameters that `texts` lacks, in their order. Raises Cancelled."""
    for one in command.parameters:
        if one.required and one.name not in texts:
            if one.word.none and not door.offers(command.name, one.name, texts):
                return  # there is nothing to choose: the engine says so
            texts[one.name] = ask(door, command, one, asker, texts)


def ask(door: Door, command: Command, one: Parameter, asker: Asker, texts: Mapping[str, str]) -> str:
    """Ask for one parameter. Raises Cancelled."""
    if one.word.secret:
        return asker.secret(one.word.about, one.name, one.word.twice)
    return asker.text(one.word.about, one.name, door.offers(command.name, one.name, texts))
