"""What users, roles, groups and boxes may be called.

One canonical form: ASCII, and two names that differ only in case are the same name, so that
there is one account, one lockout counter and one line in the audit for each.
"""

import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
RESERVED = frozenset({"security-admin", "boxmgmt", "se", "root", "daemon", "system", "nobody"})
"""Names that older releases shipped, and names that the operating system uses (R047)."""


_COMMAND = re.compile(r"[a-z_]{0,64}")


def looks_like_command(text: str) -> bool:
    """Whether `text` may be repeated as an unknown command or parameter: anything else may be a misplaced secret."""
    return _COMMAND.fullmatch(text) is not None


def repeatable(text: str) -> str:
    """An unknown command or parameter as a message may name it."""
    return text if text and looks_like_command(text) else "of that name"


def fits(text: str) -> bool:
    """Whether `text` may be the name of something."""
    return NAME.fullmatch(text) is not None


def canonical(text: str) -> str:
    """The form under which a name is stored and counted."""
    return text.lower()
