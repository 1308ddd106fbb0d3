"""The arguments of a command: the values of its parameters, read from texts."""

import re
from collections.abc import Mapping
from typing import Any

from sysmgmt.domain.bounds import LONGEST_TEXT
from sysmgmt.domain.errors import InvalidValue, MissingValue
from sysmgmt.engine.catalog import help_on, unknown_parameter
from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.engine.reading import Reading

_UNREADABLE = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
"""What no value may contain, whichever way it came; blanks and line ends it may. Compiled for the first doubtful."""


class NothingToChoose(Exception):
    """A parameter is missing for which there is nothing to choose; the text says so."""


def read(command: Command, reading: Reading) -> dict[str, Any]:
    """The values of a command's parameters. Raises InvalidValue, MissingValue, NothingToChoose."""
    for name in reading.texts:
        if command.parameter(name) is None:
            raise unknown_parameter(command, name)
    check_readable(reading.texts)
    return {one.name: _named(command, one, reading) for one in command.parameters}


def check_readable(texts: Mapping[str, str]) -> None:
    """That no text is too long, or holds what none may hold. Raises InvalidValue."""
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise InvalidValue(what=f"The value of {name} is longer than any may be")
        if not text.isprintable() and re.search(_UNREADABLE, text):
            raise InvalidValue(what=f"The value of {name} contains a control character or is not valid UTF-8")


def _named(command: Command, parameter: Parameter, reading: Reading) -> Any:
    """The value of one of several parameters: where it is wrong, the hint says which one that is."""
    try:
        return read_one(command, parameter, reading)
    except InvalidValue as problem:
        meant = problem.facts.get("meant", "")
        advice = problem.advice or f"{meant}That is about {parameter.name}. {help_on(command)}"
        raise InvalidValue(str(problem), advice) from None


def read_one(command: Command, parameter: Parameter, reading: Reading) -> Any:
    """The value of one parameter. Raises InvalidValue, MissingValue, NothingToChoose, and whatever its word does."""
    text = reading.texts.get(parameter.name)
    if text is not None:
        return parameter.word.read(text, reading)
    if not parameter.required:
        return parameter.default
    if parameter.word.unless(reading.texts):
        return ""
    if parameter.word.none and not any(True for _ in parameter.word.offered(reading.state, reading.caller.user)):
        raise NothingToChoose(parameter.word.none)
    raise _missing(command, parameter)


def _missing(command: Command, parameter: Parameter) -> MissingValue:
    """That a value is missing: a secret belongs into the next line, and may not stand on a command line."""
    missing = MissingValue(command=command.name, parameter=parameter.name)
    if not parameter.word.secret:
        return missing
    return MissingValue(str(missing), f"Give {parameter.name}=- and its value in the next line, "
                                      f"or enter help {command.name}.")
