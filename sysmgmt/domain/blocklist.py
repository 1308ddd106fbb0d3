"""The box's own list of passwords that are too common, besides the one that the product brings."""

from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.records import Records

NAME = "own"
"""The key of the one list."""
MOST, LONGEST = 20_000, 64
"""Words of a list, and characters of a word."""


class Blocklist(NamedTuple):
    """Words in lower case, in the order in which they came."""

    name: str
    words: tuple[str, ...]


def read(data: bytes) -> tuple[str, ...]:
    """The words of a file, one a line; lines that begin with # say nothing. Raises InvalidValue."""
    try:
        lines = [line.strip().lower() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise InvalidValue(what="The file is not UTF-8") from None
    words = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if len(words) > MOST or any(len(one) > LONGEST or not one.isprintable() for one in words):
        raise InvalidValue(what=f"A list has at most {MOST} words of at most {LONGEST} printable characters")
    return words


def replaced(lists: Records[Blocklist], words: tuple[str, ...]) -> Records[Blocklist]:
    """The table with `words`: no password may be one of them, where the level or the policy refuses common ones."""
    return lists.put(NAME, Blocklist(NAME, words))


def blocked(lists: Records[Blocklist]) -> tuple[str, ...]:
    """The words of the box's own list."""
    own = lists.get(NAME)
    return own.words if own else ()
