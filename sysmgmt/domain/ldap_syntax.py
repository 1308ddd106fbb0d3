"""The filters and names (DN) of LDAP: text that cannot mean more than it says.

Names and passwords come from strangers. What is put into a filter or a DN goes through `escaped`
or `written` (ASVS 1.2.6).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from sysmgmt.domain.errors import InvalidValue

_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@")
# Patterns are compiled where they are used: whoever looks for a user needs none of them.
_ATTRIBUTE = r"[A-Za-z][A-Za-z0-9-]{0,63}"
_TYPE = r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)*"
_ITEM = r"[A-Za-z0-9.:;-]+(=|~=|>=|<=)([^()\\\x00]|\\[0-9A-Fa-f]{2})*"
_HEXADECIMAL = r"[0-9A-Fa-f]{2}"
_SPECIAL = ',+"\\<>;='
Part = tuple[tuple[str, str], ...]
"""One step of a DN: types and values, mostly one of each."""


def escaped(value: str | bytes) -> str:
    """A value as it may stand in a filter (RFC 4515): it means itself, whatever it is."""
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return "".join(chr(one) if one in _SAFE else f"\\{one:02x}" for one in data)


def equal(attribute: str, value: str | bytes) -> str:
    """The filter that matches an attribute with just this value."""
    return f"({attribute}={escaped(value)})"


def attribute(text: str) -> str:
    """The name of an attribute. Raises InvalidValue."""
    if not re.fullmatch(_ATTRIBUTE, text):
        raise InvalidValue(what="Expected the name of an attribute such as uid or sAMAccountName")
    return text


def search_filter(text: str) -> str:
    """A filter that is well-formed, such as (objectClass=person). Raises InvalidValue."""
    if not 0 < len(text) <= 1000 or _after_filter(text, 0, 0) != len(text):
        raise InvalidValue(what="Expected a filter such as (objectClass=person), with a pair of parentheses "
                                "around each part")
    return text


def _after_filter(text: str, at: int, depth: int) -> int:
    """Where the filter that begins at `at` has ended; 0 where there is none."""
    if text[at:at + 1] != "(" or depth > 20:
        return 0
    if text[at + 1:at + 2] in ("&", "|", "!"):
        single, at, parts = text[at + 1] == "!", at + 2, 0
        while text[at:at + 1] == "(":
            at, parts = _after_filter(text, at, depth + 1), parts + 1
            if not at:
                return 0
        return at + 1 if text[at:at + 1] == ")" and parts and (parts == 1 or not single) else 0
    item = re.compile(_ITEM).match(text, at + 1)
    return item.end() + 1 if item and text[item.end():item.end() + 1] == ")" else 0


def written(parts: Sequence[Part]) -> str:
    """A DN as text (RFC 4514): every value means itself, whatever it is."""
    return ",".join("+".join(f"{kind}={_written_value(value)}" for kind, value in part) for part in parts)


def _written_value(value: str) -> str:
    text = "".join(f"\\{one}" if one in _SPECIAL else "\\00" if one == "\x00" else one for one in value)
    if text.endswith(" "):
        text = f"{text[:-1]}\\ "
    return f"\\{text}" if text.startswith((" ", "#")) else text


def parts(text: str) -> tuple[Part, ...]:
    """What a DN consists of, the entry's own name first. Raises InvalidValue."""
    return tuple(tuple(_pair(one) for one in _split(part, "+")) for part in _split(text, ","))


def dn(text: str) -> str:
    """A DN, in the form in which it is kept. Raises InvalidValue."""
    return written(parts(text))


def within(text: str, base: str) -> bool:
    """Whether the entry with this DN lies at or below `base`."""
    try:
        own, above = _folded(text), _folded(base)
    except InvalidValue:
        return False  # a server may name its entries as it likes: one that cannot be read is nobody's
    return own[-len(above):] == above


def above(dns: Iterable[str]) -> str:
    """The DN of the nearest entry that all of these lie below; "" where there is none. Raises InvalidValue."""
    shared: list[Part] | None = None
    for one in dns:
        steps = list(reversed(parts(one)[1:]))
        same = takewhile(lambda pair: _fold(pair[0]) == _fold(pair[1]), zip(steps, steps if shared is None else shared))
        shared = [step for step, _ in same]
    return written(list(reversed(shared or ())))


def _folded(text: str) -> list[Part]:
    return [_fold(part) for part in parts(text)]


def _fold(part: Part) -> Part:
    return tuple(sorted((kind.lower(), " ".join(value.casefold().split())) for kind, value in part))


def _split(text: str, mark: str) -> Iterator[str]:
    begun, at = 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == mark:
            yield text[begun:at]
            begun = at + 1
        at += 1
    yield text[begun:]


def _pair(text: str) -> tuple[str, str]:
    kind, equals, value = text.partition("=")
    if not equals or not re.fullmatch(_TYPE, kind.strip()) or not value.strip():
        raise InvalidValue(what="Expected a DN such as ou=people,dc=example,dc=com")
    return kind.strip(), _read_value(value.lstrip(" "))


def _read_value(text: str) -> str:
    found, kept, at = bytearray(), 0, 0
    while at < len(text):
        if text[at] != "\\":
            found += text[at].encode("utf-8", "surrogatepass")
            at += 1
            continue
        if re.fullmatch(_HEXADECIMAL, text[at + 1:at + 3]):
            found.append(int(text[at + 1:at + 3], 16))
            at += 3
        elif at + 1 < len(text):
            found += text[at + 1].encode("utf-8", "surrogatepass")
            at += 2
        else:
            raise InvalidValue(what="A DN may not end within an escape")
        kept = len(found)  # what was escaped is no padding
    return (bytes(found[:kept]) + bytes(found[kept:]).rstrip(b" ")).decode("utf-8", "replace")
