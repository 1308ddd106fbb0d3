"""cmd2.Cmd with nothing of its own left that could run, read, write or say anything.

Its commands fail closed: every one that is not named here as wanted is removed, whatever a newer cmd2
brings, and no line reaches one. Of its other public methods those that start programs, open files or
read keys are removed by name. tests/screen/cmd2_names.txt lists all that were looked at: a release of
cmd2 that brings another one fails a test until that one has been looked at too.
"""

from typing import Any, TextIO

import cmd2
from cmd2 import Statement, constants
from cmd2.parsing import PartialStatement, StatementParser

ALLOWED: frozenset[str] = frozenset()
"""Which `do_` methods of cmd2 stay: none, since every line goes to `take`."""

_PREFIXES = ("do_", "help_", "complete_")
_DANGEROUS = ("run_editor", "ppaged", "path_complete", "shell_cmd_complete", "select", "read_input", "read_secret")
"""Methods of cmd2 that start programs, read files, or read from the terminal without our guard."""


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

    def build_settables(self) -> None:
        """Make no settings; their descriptions alone would take longer than a login."""

    def get_command_func(self, command: str) -> None:
        """No line is run as a do_ method, not even one that a subclass brings."""
        return None

    def print_to(self, file: Any, *objects: Any, **_: Any) -> None:
        """Say nothing: cmd2's output goes through rich, which loses and lets through what it should not."""

    def format_exception(self, exception: BaseException) -> str:
        """Show nothing of an exception, least of all its local variables."""
        return ""


def _goes(name: str) -> bool:
    """Whether an attribute of cmd2.Cmd is one of its commands, or of what commands were made of."""
    return name.startswith(_PREFIXES) or hasattr(getattr(cmd2.Cmd, name), constants.SUBCOMMAND_ATTR_SPEC)


for _name in dir(cmd2.Cmd):
    if _name in _DANGEROUS or (_goes(_name) and _name not in ALLOWED):
        setattr(Stripped, _name, None)
