"""A cmd2 shell with nothing of cmd2's own left in it that could run, read or write anything.

Fail closed: what is not named here as wanted is removed, whatever a newer cmd2 brings. Private
names of cmd2 are overridden in this module alone; setup.cfg pins the release they were read in.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import nullcontext
from types import FrameType
from typing import Any, TextIO, cast

import cmd2
from cmd2 import Statement
from cmd2.parsing import PartialStatement, StatementParser
from prompt_toolkit.history import History

from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.screen import keys
from sysmgmt.screen.ended import Ended
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.lines import Lines, check
from sysmgmt.screen.offer import Offer
from sysmgmt.screen.signals import guarded

ALLOWED: frozenset[str] = frozenset()
"""The built-in commands that stay: none, since every line goes to `take`."""

_PREFIXES = ("do_", "help_", "complete_")
_DANGEROUS = ("run_editor", "ppaged", "path_complete", "shell_cmd_complete", "select", "read_input", "read_secret")


class Literal(StatementParser):
    """The whole line is one literal: no quotes, pipes, redirections, terminators, comments, aliases.

    cmd2's own parser cuts `password=a|b` to `password=a` even with redirection switched off.
    """

    def __init__(self) -> None:
        super().__init__(terminators=[], multiline_commands=[], aliases={}, shortcuts={})

    def parse(self, line: str) -> Statement:
        """The first word is the command, everything behind it is its argument, as it was typed."""
        words = line.split(maxsplit=1)
        return Statement.from_dict({"args": "".join(words[1:]), "raw": line, "command": "".join(words[:1])})

    def parse_command_only(self, rawinput: str) -> PartialStatement:
        """The same, for cmd2's completion."""
        whole = self.parse(rawinput)
        return PartialStatement(command=whole.command, args=whole.args, raw=rawinput, multiline_command=False)


class Stripped(cmd2.Cmd):
    """cmd2.Cmd without a single built-in, setting, hook to a program, or voice."""

    def __init__(self, stdin: TextIO, out: TextIO) -> None:
        super().__init__(
            stdin=stdin, stdout=out, allow_cli_args=False, allow_clipboard=False, allow_redirection=False,
            auto_load_commands=False, auto_suggest=False, complete_in_thread=False, include_ipy=False,
            include_py=False, persistent_history_file="", shortcuts={}, startup_script="", terminators=[])
        self.statement_parser = Literal()
        self.editor = self.pager = self.pager_chop = ""
        self.hidden_commands = []
        for name in list(self.settables):
            self.remove_settable(name)

    def get_command_func(self, command: str) -> None:
        """No line is run as a do_ method, not even one that a subclass brings."""
        return None

    def print_to(self, file: Any, *objects: Any, **_: Any) -> None:
        """Say nothing: cmd2's output goes through rich, which loses and lets through what it should not."""

    def format_exception(self, exception: BaseException) -> str:
        """Show nothing of an exception, least of all its local variables."""
        return ""

    def _register_subcommands(self, owner: Any) -> None:
        """Register none: those of the removed alias and macro would find no parser."""


for _name in dir(cmd2.Cmd):
    if _name in _DANGEROUS or (_name.startswith(_PREFIXES) and _name.partition("_")[2] not in ALLOWED):
        setattr(Stripped, _name, None)


class _AtEnd(str):
    """The line that was not there, as cmd2's loop needs a line: its `_eof` could be typed."""


class _Unusable(str):
    """A line that cannot be used, and why."""

    refusal: Refusal


class Hardened(Stripped, ABC):
    """The loop of both shells: every line goes, whole, to `take`, from a terminal and from a pipe.

    `source` is where lines come from. `end` is why the session ended by itself, else None.
    """

    def __init__(self, source: Lines | Keyboard, out: TextIO, history: History | None = None) -> None:
        # On a terminal cmd2 gets a stdin that is at its end: only the Keyboard, under guard, reads.
        super().__init__(cast(TextIO, source) if isinstance(source, Lines) else io.StringIO(), out)
        self.source = source
        self.end: Refusal | None = None
        if isinstance(source, Keyboard):
            self.main_session = self.active_session = keys.session(source, self.offers, history)

    @abstractmethod
    def take(self, line: str) -> bool:
        """Do what the line says; True ends the loop."""

    @abstractmethod
    def prompt_text(self) -> str:
        """What to show before the next line."""

    @abstractmethod
    def refused(self, refusal: Refusal) -> bool:
        """Answer a line that cannot be used (not UTF-8, control characters, too long); True ends the loop."""

    @abstractmethod
    def failed(self, error: Exception) -> bool:
        """Answer a failure that nobody foresaw, without a word of its details; True ends the loop.

        What this raises itself leaves cmdloop, with the terminal in order.
        """

    def offers(self, before: str) -> Sequence[Offer]:
        """Candidates for what stands before the cursor."""
        return []

    def cmdloop(self, intro: Any = "") -> int:
        """Take lines until the end; the exit status."""
        with guarded(), self.source.silent() if isinstance(self.source, Keyboard) else nullcontext():
            while True:
                try:
                    return super().cmdloop()
                except KeyboardInterrupt:  # between two lines
                    if isinstance(self.source, Lines):
                        self.exit_code = 130
                        return self.exit_code
                except SystemExit as end:
                    self._leave(end)
                    return self.exit_code
                except Exception as error:  # in the prompt itself: another one would fail like it
                    self.failed(error)
                    self.exit_code = 70
                    return self.exit_code

    def onecmd_plus_hooks(self, line: str, **_: Any) -> bool:
        """Take one line; True ends the loop."""
        try:
            if isinstance(line, _AtEnd):
                return True
            return self.refused(line.refusal) if isinstance(line, _Unusable) else self.take(str(line))
        except KeyboardInterrupt:
            if isinstance(self.source, Lines):
                raise  # a batch that was interrupted does not go on with its next line
            return False
        except Exception as error:
            return self.failed(error)

    def onecmd(self, statement: Statement | str, **_: Any) -> bool:
        """Take one line that cmd2 may have parsed."""
        return self.onecmd_plus_hooks(statement.raw if isinstance(statement, Statement) else statement)

    def sigint_handler(self, signum: int, frame: FrameType | None) -> None:
        """Interrupt what runs."""
        raise KeyboardInterrupt

    def _read_command_line(self, prompt: str) -> str:
        """cmd2's own starts a thread, and turns the end of input into the command `_eof`."""
        while True:
            try:
                line = self._next()
                return _AtEnd() if line is None else line
            except EOFError:
                return _AtEnd()
            except InvalidValue as refusal:
                unusable = _Unusable()
                unusable.refusal = refusal
                return unusable
            except KeyboardInterrupt:
                if isinstance(self.source, Lines):
                    raise

    def _next(self) -> str | None:
        if isinstance(self.source, Lines):
            return self.source.next()
        return check(self.source.read(self.main_session, self.prompt_text()), "The line")

    def _leave(self, end: SystemExit) -> None:
        self.exit_code = end.code if isinstance(end.code, int) else 70
        if isinstance(end, Ended):
            self.end = end.refusal
        if isinstance(self.source, Keyboard):
            self.source.forget()
