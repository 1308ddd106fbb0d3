"""What Tab offers at the command prompt, from the text before the cursor. Never a secret's value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sysmgmt.engine import language
from sysmgmt.engine.catalog import is_shown
from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.engine.door import Door
from sysmgmt.engine.language import Token
from sysmgmt.screen.offer import Offer, among

NOTHING = Token("", None, "", False, True)


class Unfinished(NamedTuple):
    """A line that is being typed: its command, the texts given so far (a secret's is empty), the last word."""

    command: Command
    given: Mapping[str, str]
    typed: Token


def candidates(before: str, catalog: Mapping[str, Command], door: Door) -> list[Offer]:
    """What could stand at the cursor, `before` being all text in front of it."""
    words, typed = split(before)
    if not words:
        return _finished(_names(catalog, door), typed)
    command = catalog.get(words[0].written)
    if command is None or not is_shown(command, door.caller):
        return []
    if typed.written.startswith("-"):
        written = [one.written for one in words]
        return _finished([flag for one in language.FLAGS if (flag := f"--{one}") not in written], typed)
    line = Unfinished(command, dict(_given(command, words[1:])), typed)
    if typed.name is not None:
        return list(_values(line, command.parameter(typed.name), catalog, door))
    free = [one for one in command.parameters if one.name not in line.given]
    bare = next((one for one in free if one.word.bare), None)
    return [*among([one.name + "=" for one in free], typed.written), *_values(line, bare, catalog, door)]


def split(before: str) -> tuple[list[Token], Token]:
    """The words that are complete, and the one that is being typed, which may be empty."""
    words = list(language.tokens(before))
    return (words[:-1], words[-1]) if words and before.endswith(words[-1].written) else (words, NOTHING)


def _finished(choices: Sequence[str], typed: Token) -> list[Offer]:
    return [one._replace(text=one.text + " ") for one in among(choices, typed.written)]


def _names(catalog: Mapping[str, Command], door: Door) -> list[str]:
    return [name for name, one in catalog.items() if is_shown(one, door.caller)]


def _given(command: Command, words: Iterable[Token]) -> Iterator[tuple[str, str]]:
    bare = [one.name for one in command.parameters if one.word.bare]
    for word in words:
        if word.name is not None:
            parameter = command.parameter(word.name)
            if parameter is not None:
                yield word.name, "" if parameter.word.secret else word.value
        elif bare and not word.written.startswith("--"):
            yield bare.pop(0), word.value


def _values(line: Unfinished, parameter: Parameter | None, catalog: Mapping[str, Command],
            door: Door) -> Iterator[Offer]:
    """Live values; of a list with commas, the last element is completed."""
    if parameter is None or parameter.word.secret:
        return
    texts = {name: text for name, text in line.given.items() if text}
    known = door.offers(line.command.name, parameter.name, texts)
    if "COMMAND" in parameter.word.syntax.split("|"):
        known = [*_names(catalog, door), *known]
    prefix = "" if line.typed.name is None else f"{line.typed.name}="
    before, comma, element = line.typed.value.rpartition(",")
    for one in known:
        if one.startswith(element) and one not in before.split(","):
            yield Offer(prefix + language.quoted(before + comma + one), len(line.typed.written), one)
