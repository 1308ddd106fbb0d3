"""What is tried: lines of the corpus, and values of it in the fields of our commands."""

import random
import re
from pathlib import Path
from typing import NamedTuple

from tests.attacks import fields

HERE = Path(__file__).parent / "corpus"
BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIO2nClJhP7HItXLeK8wsVHkBeS8Zvp3aMvBxRz0NmC7m"
"""A public key that belongs to nobody."""
VALUES_OF_EACH = 2
"""How many values are tried in each field."""
_BYTE = re.compile(rb"\\(?:x([0-9a-f]{2})|([nr\\]))")


class Attempt(NamedTuple):
    """One thing to type; `number` tells the marks of attempts apart."""

    number: int
    text: str

    def typed(self, names: dict[str, str]) -> bytes:
        """The bytes of it, with the names of the bait and of the user in place."""
        text = self.text
        for name, value in {**names, "mark": f"{names['folder']}/mark-{self.number}"}.items():
            text = text.replace("{" + name + "}", value)
        return _BYTE.sub(_plain, text.encode())


def _plain(match: re.Match[bytes]) -> bytes:
    if match.group(1):
        return bytes.fromhex(match.group(1).decode())
    return {b"n": b"\n", b"r": b"\r"}.get(match.group(2), b"\\")


def lines(name: str) -> list[str]:
    """The lines of a file of the corpus, without its comments."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    return [one for one in text.splitlines() if one and not re.match(r"#( |$)", one)]


def attempts(values_of_each: int = VALUES_OF_EACH) -> list[Attempt]:
    """All that is tried, in an order that never changes: each field with so many values, each value somewhere."""
    found, values = lines("escapes"), lines("values")
    for place, field in enumerate([*fields.lines(), *lines("fields")]):
        chosen = (values[(place * values_of_each + more) % len(values)] for more in range(values_of_each))
        found += [field.replace("{value}", value) for value in chosen]
    return [Attempt(number, text.replace("{blob}", BLOB)) for number, text in enumerate(dict.fromkeys(found), 1)]


def sample(count: int, seed: int | str, values_of_each: int = VALUES_OF_EACH) -> list[Attempt]:
    """So many of them, the same for the same seed; all, if there are no more."""
    found = attempts(values_of_each)
    return random.Random(seed).sample(found, min(count, len(found)))
