"""What users, roles, groups and boxes may be called.

One canonical form: ASCII, and two names that differ only in case are the same name, so that
there is one account, one lockout counter and one line in the audit for each. Only groups of a directory
have names as people give them: they are known by their immutable ids.
"""

import re

# Patterns are compiled where they are used: every command loads this module.
NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,31}"
LDAP_USER = r"[A-Za-z_][A-Za-z0-9_.@-]{0,31}"
"""A user of a directory: sshd and login have to know him by this name."""
LDAP_GROUP = r"(?=.{1,64}\Z)\w(?: ?[\w.&()'@+-])*"
"""A group of a directory; all other names fit, too."""
RULES = {
    NAME: "A name begins with a letter or '_' and has up to 32 letters, digits, '_', '.' and '-'",
    LDAP_USER: "The name of a user of the directory begins with a letter or '_' and has up to 32 letters, digits, "
               "'_', '.', '-' and '@'",
    LDAP_GROUP: "The name of a group of the directory begins with a letter or a digit and has up to 64 letters, "
                "digits, single blanks and characters of _.-&()'@+"}
RESERVED = frozenset({"security-admin", "boxmgmt", "se", "root", "daemon", "system", "nobody"})
"""Names that older releases shipped, and names that the operating system uses (R047)."""


_COMMAND = re.compile(r"[a-z_]{0,64}")


def looks_like_command(text: str) -> bool:
    """Whether `text` may be repeated as an unknown command or parameter: anything else may be a misplaced secret."""
    return _COMMAND.fullmatch(text) is not None


def repeatable(text: str) -> str:
    """An unknown command or parameter as a message may name it."""
    return text if text and looks_like_command(text) else "of that name"


def fits(text: str, pattern: str = NAME) -> bool:
    """Whether `text` may be the name of something."""
    return re.fullmatch(pattern, text) is not None


def canonical(text: str) -> str:
    """The form under which a name is stored and counted."""
    return text.lower()
