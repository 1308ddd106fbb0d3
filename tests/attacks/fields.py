"""Every field of every command, as the declarations and the menu have them: whoever adds a command adds its attacks."""

from collections.abc import Iterator
from typing import NamedTuple

from boxmgmt.menu import Menu, Run
from boxmgmt.tree import MAIN
from sysmgmt.commands import accounts, appliance, security
from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.roles import PREDEFINED
from sysmgmt.engine.declaration import BEFORE_INSTALLATION, OWN_WORK, Command, Parameter

USABLE = {
    "ROLE": "spare", "PASSWORD": "Eve-Pass-12", "PASSPHRASE": "Eve-Pass-12", "yes|no": "no",
    "on|off": "off", '"TYPE BLOB COMMENT"': "ssh-ed25519 {blob} eve", "SHA256:...": "SHA256:x",
    "SESSION": "x", "COMMAND": "get_users", "PERMISSION[,PERMISSION...]": "view", "GROUP": "g1",
    "SERVER": "127.0.0.1", "HOST": "127.0.0.1", "HOST[:PORT]": "127.0.0.1", "DN": "cn=eve,dc=x", "1-65535": "1",
    "1-1440": "1", "basic|high|stig|nist": "basic", "1.2|1.3": "1.2", "TEXT": "text", "ADDRESS": "eve@127.0.0.1",
    "PURPOSE[,PURPOSE...]": "ldap", "1024-65535": "7228", "authenticated_encrypted|none": "authenticated_encrypted",
    "daily|weekly|monthly|never": "never", "lan|wan|data1|data2": "lan", "DEVICE": "eth0",
    "ADDRESS/PREFIX[,...]|dhcp|dhcp4|dhcp6": "dhcp", "ADDRESS[,ADDRESS...]|none": "none",
    "ADDRESS[:LEVEL][:SCOPE][:TOPIC][,...]": "eve@127.0.0.1"}
"""What stands in a field that is required beside the one that is attacked, for each way in which values are written.

For all others it is a name.
"""
OWN_PASSWORD = (accounts.set_password, appliance.erase_box, security.regenerate_encryption_keys)
"""What asks for the attacker's own password, and would lock him out of the rest; test_own_password.py attacks it."""


class Question(NamedTuple):
    """A question of the menu: the choice that leads to it, and the answers to those before."""

    command: Command
    parameter: Parameter
    path: str
    before: tuple[Parameter, ...]

    def keys(self, end: str, terminal: bool) -> bytes:
        """What brings one there; a terminal asks for new passwords twice."""
        answers = [usable(one) if one.required else "" for one in self.before
                   for _ in range(2 if terminal and one.word.twice else 1)]
        return "".join(line + end for line in (self.path, *answers)).encode()


def commands() -> list[Command]:
    """The commands that a user of an installed box may try."""
    return [one for one in CATALOG if one.needs not in (OWN_WORK, BEFORE_INSTALLATION)
            and one not in OWN_PASSWORD]


def usable(one: Parameter) -> str:
    """What may stand in a field."""
    return USABLE.get(one.word.syntax, "eve")


def lines() -> Iterator[str]:
    """A line for each field, in which {value} stands between double quotes."""
    for command in commands():
        for attacked in command.parameters:
            others = [f'{one.name}="{usable(one)}"' for one in command.parameters if one.required and one != attacked]
            yield " ".join([command.name, f'{attacked.name}="{{value}}"', *others])


def questions(role: str) -> list[Question]:
    """All questions of the menu that a role may be asked."""
    return [one for one in _asked(MAIN, ()) if one.command not in OWN_PASSWORD
            and (one.command.needs in PREDEFINED[role] or one.command.needs not in PREDEFINED["administrator"])]


def _asked(menu: Menu, path: tuple[int, ...]) -> Iterator[Question]:
    for number, item in enumerate(menu.items, 1):
        here = (*path, number)
        if isinstance(item, Menu):
            yield from _asked(item, here)
        elif isinstance(item, Run):
            asked = [one for one in item.questions if one.name not in item.given]
            for place, one in enumerate(asked):
                yield Question(item.command, one, ".".join(map(str, here)), tuple(asked[:place]))
