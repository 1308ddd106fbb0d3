"""What users, roles, groups and boxes may be called.

One canonical form, without capitals: two names that differ only in case are the same name, so that
there is one account, one lockout counter and one line in the audit for each. Only groups of a directory
have letters beyond ASCII, as people give them: they are known by their immutable ids.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue, Refusal


class Rule(NamedTuple):
    """What a name is like: as a pattern, and in words for whoever gives another."""

    pattern: str
    words: str


# Patterns are compiled where they are used: every command loads this module.
NAME = Rule(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}",
            "A name begins with a letter or '_' and has up to 32 letters, digits, '_', '.' and '-'")
LDAP_USER = Rule(r"[A-Za-z_][A-Za-z0-9_.@-]{0,31}",
                 "The name of a user of the directory begins with a letter or '_' and has up to 32 letters, digits, "
                 "'_', '.', '-' and '@'")
"""A user of a directory: sshd and login have to know him by this name."""
_LONG = ("begins with a letter, a digit or '_' and has up to 64 letters, digits, single blanks and characters of "
         "_.-&()'@+")
LDAP_GROUP = Rule(r"(?=.{1,64}\Z)\w(?: ?[\w.&()'@+-])*", f"The name of a group of the directory {_LONG}")
"""A group of a directory; all other names fit, too."""
ENTRY = LDAP_GROUP._replace(words=f"The name of a user or of a group of the directory {_LONG}")
"""Anything in the table of users."""
RESERVED = frozenset({"security-admin", "boxmgmt", "se", "root", "daemon", "system", "nobody"})
"""Names that older releases shipped, and names that the operating system uses (R047)."""


MOST_NEAR = 3
NEAR = 0.75
"""How much of two names has to be the same, from 0 to 1, where one may be a slip for the other."""
MOST_COMPARED, LONGEST_COMPARED = 1000, 64
"""Names that one is compared with, and characters of that one: it takes time and memory."""
LEAST_PART = 3
"""How many characters of a name stand for it."""
_HARMLESS = re.compile(r"[a-z_]{1,64}")


def is_harmless(text: str) -> bool:
    """Whether `text` may be repeated as an unknown command or parameter: anything else may be a misplaced secret."""
    return _HARMLESS.fullmatch(text) is not None


def repeatable(text: str) -> str:
    """An unknown command or parameter as a message may name it."""
    return text if is_harmless(text) else "of that name"


def is_part(text: str, name: str) -> bool:
    """Whether a text is enough of a name to stand for it."""
    return len(text) >= LEAST_PART and text in name


def meant(name: str, known: Sequence[str]) -> str:
    """A question whether a near name was meant, or one of which it is a part; "" where there is none."""
    if len(known) > MOST_COMPARED or len(name) > LONGEST_COMPARED:
        return ""
    from difflib import get_close_matches  # rarely needed, and slow to import

    near = get_close_matches(name, known, MOST_NEAR, NEAR) or sorted(
        (one for one in known if is_part(name, one)), key=len)[:MOST_NEAR]
    return f"Did you mean {' or '.join(near)}? " if near else ""


def unknown(kind: type[Refusal], name: str, known: Sequence[str]) -> Refusal:
    """That there is nothing called `name`, with the names that may have been meant."""
    plain = kind(name=name)
    return kind(str(plain), meant(name, known) + (plain.advice or ""), name=name)


def fits(text: str, rule: Rule = NAME) -> bool:
    """Whether `text` may be the name of something."""
    return re.fullmatch(rule.pattern, text) is not None


def check(text: str, rule: Rule = NAME) -> None:
    """Raise InvalidValue unless `text` may be the name of something."""
    if not fits(text, rule):
        raise InvalidValue(what=rule.words)


def kept(text: str, rule: Rule = NAME) -> str:
    """A name in its canonical form. Raises InvalidValue unless both fit: small letters may be more than large ones."""
    check(text, rule)
    check(canonical(text), rule)
    return canonical(text)


def canonical(text: str) -> str:
    """The form under which a name is stored and counted."""
    return text.lower()
