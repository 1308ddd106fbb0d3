"""Who attacks: one user of each role, and one of a role of one's own."""

from typing import NamedTuple

PASSWORD = "Attack-Pass-12"


class Attacker(NamedTuple):
    """A user with what an attack may need to know of himself.

    `may_change` are the parts of the state that his permissions let him change.
    """

    name: str
    role: str
    may_change: frozenset[str] = frozenset()


EVERYTHING = frozenset({"users", "roles", "groups", "box", "security"})
ATTACKERS = (
    Attacker("ada", "administrator", EVERYTHING),
    Attacker("sam", "sysmgmt", EVERYTHING),
    Attacker("alma", "admin", frozenset({"box"})),
    Attacker("mona", "monitor"),
    Attacker("audrey", "auditor"),
    Attacker("oscar", "operator", frozenset({"groups"})),
)
OWN_ROLES = ("add_role name=operator permissions=group_configuration", "add_role name=spare permissions=view")
"""The second is nobody's: it may be renamed."""


def setup() -> list[str]:
    """The lines that make the attackers."""
    return [*OWN_ROLES,
            *(f'add_user name={one.name} role={one.role} password="{PASSWORD}" must_change=no' for one in ATTACKERS)]


def names_of(attacker: Attacker, folder: str) -> dict[str, str]:
    """What stands for the names in the corpus, for one attacker and the folder of the bait."""
    return {"me": attacker.name, "role": attacker.role, "folder": folder, "canary": f"{folder}/canary",
            "script": f"{folder}/script", "python": f"{folder}/python.py", "editor": f"{folder}/editor"}
