"""The options of the programs. Read by hand: importing argparse costs as much as a command."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue


class Options(NamedTuple):
    """What a program was started with."""

    state: str = ""
    socket: str = ""
    user: str = ""
    password_file: str = ""
    command: str | None = None
    json: bool = False
    keep_going: bool = False
    atomic: bool = False
    no_shortcut: bool = False
    recover: bool = False
    help: bool = False
    version: bool = False


VALUES = {"--state": "state", "--socket": "socket", "--user": "user", "--password-file": "password_file",
          "-c": "command"}
SWITCHES = {"--json": "json", "--keep-going": "keep_going", "--atomic": "atomic", "--no-shortcut": "no_shortcut",
            "--recover": "recover", "--help": "help", "-h": "help", "--version": "version"}


def read(words: list[str]) -> Options:
    """The options of a shell in `words`. Raises InvalidValue."""
    options = gathered(words)
    if options.atomic and options.keep_going:
        raise InvalidValue(what="--atomic and --keep-going exclude each other")
    if options.state and options.socket:
        raise InvalidValue(what="--state and --socket exclude each other")
    return options


def gathered(words: list[str], known: Collection[str] = (*VALUES, *SWITCHES)) -> Options:
    """The options in `words`, of those that are `known`, in whatever combination. Raises InvalidValue."""
    found: dict[str, str | bool] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        check_once(name, VALUES.get(name) in found)
        if name in known and word in SWITCHES:
            found[SWITCHES[word]] = True
        elif name in known and name in VALUES and (name != "-c" or not equals):
            found[VALUES[name]] = value if equals else _next(name, rest)
        else:
            raise _unknown(name[:32], word.startswith("-") or "-c" not in known)
    return Options(**found)  # type: ignore[arg-type]  # the tables above say which is text and which a switch


def check_once(name: str, is_known: bool) -> None:
    """Raise InvalidValue for an option whose value `is_known` already: one of the two would be lost."""
    if is_known:
        raise InvalidValue(what=f"The option {name} is given more than once")


def _unknown(name: str, is_option: bool) -> InvalidValue:
    """That there is no such option: what does not look like one may be a command."""
    if is_option:
        return InvalidValue(what=f"There is no option {name}; --help lists the options")
    return InvalidValue(f"There is no option {name}.", f'A command follows -c, in quotes: -c "{name} ...".')


def _next(word: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise InvalidValue(what=f"The option {word} needs a value")
    return value
