"""What Tab offers at the command prompt, from the text before the cursor. Never a secret's value."""

import re
from collections.abc import Iterable, Iterator, Mapping

from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.engine.door import Door
from sysmgmt.engine.explain import is_shown
from sysmgmt.engine.language import FLAGS
from sysmgmt.screen.offer import Offer, among

_TOKEN = re.compile(r'(?:[A-Za-z_]\w*=)?"(?:[^"\\]|\\.)*(?:"|$)|[^ \t]+')
_NAMED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


def candidates(before: str, catalog: Mapping[str, Command], door: Door) -> list[Offer]:
    """What could stand at the cursor, `before` being all text in front of it."""
    words, typed = split(before)
    if not words:
        return [one._replace(text=one.text + " ") for one in among(_names(catalog, door), typed)]
    command = catalog.get(words[0])
    if command is None or not is_shown(command, door.caller):
        return []
    if typed.startswith("-"):
        flags = [f"--{one}" for one in FLAGS if f"--{one}" not in words]
        return [one._replace(text=one.text + " ") for one in among(flags, typed)]
    given = dict(_given(command, words[1:]))
    if named := _NAMED.fullmatch(typed):
        return list(_values(command.parameter(named[1]), command, named[1] + "=", named[2], given, catalog, door))
    return [*_parameters(command, typed, given), *_bare(command, typed, given, catalog, door)]


def split(before: str) -> tuple[list[str], str]:
    """The words that are complete, and the one that is being typed, which may be empty."""
    words, end = [], 0
    for match in _TOKEN.finditer(before):
        words.append(match.group())
        end = match.end()
    if words and end == len(before):
        return words[:-1], words[-1]
    return words, ""


def _names(catalog: Mapping[str, Command], door: Door) -> list[str]:
    return [name for name, one in catalog.items() if is_shown(one, door.caller)]


def _given(command: Command, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    bare = [one.name for one in command.parameters if one.word.bare]
    for word in words:
        if named := _NAMED.fullmatch(word):
            parameter = command.parameter(named[1])
            if parameter is not None:
                yield named[1], "" if parameter.word.secret else _plain(named[2])
        elif bare and not word.startswith("--"):
            yield bare.pop(0), _plain(word)


def _plain(value: str) -> str:
    if not value.startswith('"'):
        return value
    return _ESCAPED.sub(r"\1", value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:])


def _quoted(value: str) -> str:
    if value and not re.search(r'[\s"]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parameters(command: Command, typed: str, given: Mapping[str, str]) -> list[Offer]:
    return among([one.name + "=" for one in command.parameters if one.name not in given], typed)


def _bare(command: Command, typed: str, given: Mapping[str, str], catalog: Mapping[str, Command],
          door: Door) -> Iterator[Offer]:
    parameter = next((one for one in command.parameters if one.word.bare and one.name not in given), None)
    return _values(parameter, command, "", typed, given, catalog, door)


def _values(parameter: Parameter | None, command: Command, prefix: str, typed: str, given: Mapping[str, str],
            catalog: Mapping[str, Command], door: Door) -> Iterator[Offer]:
    """Live values; of a list with commas, the last element is completed."""
    if parameter is None or parameter.word.secret:
        return
    texts = {name: text for name, text in given.items() if text}
    known = door.offers(command.name, parameter.name, texts)
    if parameter.word.syntax == "COMMAND":
        known = known or _names(catalog, door)
    before, comma, element = _plain(typed).rpartition(",")
    for one in known:
        if one.startswith(element) and one not in before.split(","):
            yield Offer(prefix + _quoted(before + comma + one), len(prefix + typed), one)
