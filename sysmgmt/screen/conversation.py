"""One conversation in the language of the shells: a line comes in, its answer is shown.

The terminal and the batch hold the same conversation; they differ in where lines come from, in
whether there is somebody to ask, and in whether a failure ends it.
"""

from collections.abc import Mapping, Sequence

from sysmgmt.domain.errors import Cancelled, InvalidValue, MissingValue, Refusal, SecretOnCommandLine, UnknownCommand
from sysmgmt.domain.progress import Listening
from sysmgmt.engine import following, language
from sysmgmt.engine.catalog import help_on
from sysmgmt.engine.declaration import OWN_WORK, Command
from sysmgmt.engine.door import Door
from sysmgmt.engine.language import Line
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.ask import Asker, ask, ask_lacked, ask_required, cancelled, run_confirmed, tell_rule
from sysmgmt.screen.output import Output
from sysmgmt.screen.taker import Manner, Taker

MOST_AWAITED = 8
MEANT = {"?": "help", "exit": "quit", "logout": "quit"}
"""What people type, as in other shells and in the menu, and the command that it stands for."""
PROGRAMS = ("sysmgmt", "boxmgmt")
BATCH_OVER_SSH = "Over SSH a batch comes on standard input, without a command; see BATCHES in sysmgmt(1)."
NOT_FOLLOWED = ("A log is followed at a terminal only; without follow, and with after=NUMBER of the last record seen, "
                "a script gets what has happened since")


class Conversation(Taker):
    """Takes lines of commands."""

    def __init__(self, door: Door, catalog: Mapping[str, Command], output: Output, manner: Manner) -> None:
        super().__init__(door, output, manner)
        self.catalog = catalog

    def take(self, line: str) -> bool:
        """Carry out `line` and show the answer; True if the conversation is over then."""
        self.manner.mark()
        if language.is_blank(line):
            return False
        request, as_json = self.read(line)
        answer = self._run(request, as_json)
        if self.manner.follow is None or isinstance(request, Answer) or not self._is_followed(request):
            return self.finish(answer, as_json)
        over = self.finish(answer, as_json, paged=False)
        if answer.status:
            return over
        end = self.follow(answer, int(request.texts.get(following.AFTER, 0)), as_json)
        return end is not None and self.count(end)

    def _is_followed(self, request: Request) -> bool:
        return following.is_wanted(self.catalog.get(request.command), request)

    def read(self, line: str) -> tuple[Request | Answer, bool]:
        """The request that `line` is, or the answer that refuses it; and whether it wants JSON."""
        first = language.command_of(line)
        name = MEANT.get(first, first)
        # Whatever becomes of this line: the lines that it says hold values are no commands.
        values = [] if self.manner.asker else self._following(len(language.awaited(line)))
        try:
            if name in PROGRAMS:  # whatever options stand behind it
                raise UnknownCommand(f"{name} is no command: its shell reads this line already.", BATCH_OVER_SSH)
            parsed = language.parse(line)
            return self._request(name, parsed, values), "json" in parsed.flags
        except Refusal as refusal:
            return refused(name, refusal), "--json" in line.split()

    def _following(self, number: int) -> list[str | None]:
        """The next lines; of more than any command has secrets, only the first are kept."""
        kept = [self.manner.next_value() for _ in range(min(number, MOST_AWAITED))]
        for _ in range(number - len(kept)):
            self.manner.next_value()
        return kept

    def _request(self, name: str, line: Line, values: Sequence[str | None]) -> Request:
        if "help" in line.flags:
            return Request("help", {"command": name})
        command = self.catalog.get(name)
        if command is None or command.needs == OWN_WORK:
            return Request(name, line.texts)
        texts = self._texts(command, line, values)
        request = Request(name, texts, "dry-run" in line.flags, "yes" in line.flags)
        if self.manner.follow is None and self._is_followed(request):
            raise InvalidValue(what=NOT_FOLLOWED)
        return request

    def _texts(self, command: Command, line: Line, values: Sequence[str | None]) -> dict[str, str]:
        texts = dict(line.texts)
        self._place_bare(command, line.bare, texts)
        if self.manner.asker:
            for name in line.on_next_lines:
                texts[name] = self._awaited(command, name, texts, self.manner.asker)
        else:
            texts |= _on_next_lines(command, line.on_next_lines, values)
        if self.manner.on_command_line:
            _check_secrets(command, line.texts)
        return texts

    def _place_bare(self, command: Command, words: list[str], texts: dict[str, str]) -> None:
        if not words:
            return
        free = [one for one in command.parameters if one.word.bare and one.name not in texts]
        if len(free) == 1 and free[0].word.phrase:
            words = [" ".join(words)]
        if len(words) > len(free):
            raise _bare(command)
        texts.update(zip((one.name for one in free), words, strict=False))

    def _awaited(self, command: Command, name: str, texts: Mapping[str, str], asker: Asker) -> str:
        """A secret or a block that a person wants to be asked for; for anything else `-` is just a text."""
        parameter = command.parameter(name)
        if parameter is None or not (parameter.word.secret or parameter.word.block):
            return "-"
        tell_rule(asker, parameter, self.door.offers(command.name, name, texts))
        return ask(asker, parameter, parameter.word.about, ())

    def _completed(self, asker: Asker, request: Request) -> Request | Answer:
        """The request with what it lacked, or the answer that it got already. Raises Cancelled."""
        command, texts = self.catalog.get(request.command), dict(request.texts)
        if command is None or self.door.barred(command.name):
            return request
        return ask_required(asker, self.door, command, texts) or request._replace(texts=texts)

    def _run(self, request: Request | Answer, as_json: bool) -> Answer:
        if isinstance(request, Answer):
            return self.door.run(request)
        try:
            whole = self._completed(self.manner.asker, request) if self.manner.asker else request
            if isinstance(whole, Answer):
                return whole
            return self._carried_out(whole, as_json)
        except Cancelled:
            return self.door.run(refused(request.command, cancelled(self.catalog.get(request.command))))

    def _carried_out(self, request: Request, as_json: bool) -> Answer:
        """What became of a request; a person is asked for what it turns out to lack. Raises Cancelled."""
        asker, command = self.manner.asker, self.catalog.get(request.command)
        with self.output.progress(as_json) as report:
            listening = Listening(report, self.output.sink)
            if asker is None:
                return self.door.run(request, listening)
            answer = run_confirmed(asker, self.door, request, listening)
        more = ask_lacked(asker, self.door, command, request, answer) if command else None
        return self._carried_out(more, as_json) if more else answer


def _on_next_lines(command: Command, names: Sequence[str], lines: Sequence[str | None]) -> dict[str, str]:
    found = {}
    for name, line in zip(names, lines, strict=False):
        if line is None:
            raise _ended(command, name)
        found[name] = line
    return found


def _ended(command: Command, name: str) -> MissingValue:
    return MissingValue(f"{command.name} needs a value for {name}, and the input ended before the line that holds it.",
                        f"{name}=- stands for the line that follows the command.")


def _bare(command: Command) -> InvalidValue:
    """That a value stands without a name. What it was is not repeated: it may be half a password."""
    if not command.parameters:
        return InvalidValue(what=f"{command.name} takes no values")
    told = f"Values of {command.name} are given as name=value, or name=\"with blanks\"."
    if bare := [one for one in command.parameters if one.word.bare]:
        number = "one value" if len(bare) == 1 else f"{len(bare)} values"
        named = "" if len(bare) == len(command.parameters) else " without a name"
        told = f"{command.name} takes {number}{named}: {', '.join(one.name for one in bare)}."
    write = f"Write {command.name} {command.parameters[0].name}=..."
    return InvalidValue(told, f"{write}{', one at a time.' if len(bare) == 1 else ''} {help_on(command)}")


def _check_secrets(command: Command, texts: Mapping[str, str]) -> None:
    for name in texts:
        parameter = command.parameter(name)
        if parameter is not None and parameter.word.secret:
            raise SecretOnCommandLine(parameter=name)
