"""What sshd would take from other files instead of our drop-in: the first value wins, and lists are joined."""

import re
from collections.abc import Iterator

FOR_ALL = {"allowusers": "", "denyusers": "", "denygroups": "", "authenticationmethods": "any"}
"""Settings that shut users of the box out, or ask more of them, wherever they stand; with the value that does not."""
OTHERS_TASTE = ("PermitRootLogin", "AllowGroups", "Banner", "MaxAuthTries", "MaxStartups", "PrintMotd", "PrintLastLog",
                "ClientAliveInterval", "ClientAliveCountMax")
"""Settings of ours that others may overrule: no user of the box gets more by it. AllowGroups adds up."""
STAND_IN = "nobody"
"""Who stands for a user of the box before there is one: sshd looks groups up in the name service."""


def stood_in(drop_in: str) -> str:
    """Our drop-in, with what users of the box get given to the stand-in."""
    return re.sub(r"^Match Group .*$", f"Match User {STAND_IN}", drop_in, flags=re.MULTILINE)


def sentences(drop_in: str, told: str) -> Iterator[str]:
    """What is wrong, where `told` is what `sshd -T` says of the stand-in."""
    found: dict[str, set[str]] = {}
    for line in told.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, set()).add(value)
    for name, value in ours(drop_in):
        if (got := found.get(name.lower(), set())) != {value}:
            yield (f"another file of sshd sets {name} to {' and '.join(sorted(got)) or 'nothing'}, "
                   f"where users of the box need {value}; remove it there")
    for name, harmless in FOR_ALL.items():
        if found.get(name, set()) - {harmless}:
            yield f"a file of sshd sets {name}, which may shut out users of the box; remove it there"


def ours(drop_in: str) -> Iterator[tuple[str, str]]:
    """The settings of our drop-in that must hold for users of the box; those of root are not among them."""
    of_root = False
    for line in drop_in.splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "Match":
            of_root = value == "User root"
        elif name.isalnum() and name not in OTHERS_TASTE and not of_root:
            yield name, value
