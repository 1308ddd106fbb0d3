"""Doors that are left open on purpose. What is found at them shows that the harness would notice."""

import sys
from typing import Any

from tests.attacks.corpus import Attempt, attempts
from tests.attacks.deployed import Console
from tests.attacks.doors import Menu, Pipe
from tests.attacks.roles import Attacker
from tests.doors.site import PIPED, Site
from tests.screen import harness
from tests.support.program import ROOT
from tests.support.waiting import wait_until

ROOT_LOGIN = Attacker("root", "the shell of root")
HARMLESS = ("!touch {mark}", "get_groups > {mark}", "shell touch {mark}", "run_pyscript {python}", "touch {mark}",
            "@{script}", "cat {canary}", "!cat {canary}")
"""What is tried where it succeeds on the machine of the tests itself."""


def harmless() -> list[Attempt]:
    """Attempts of the corpus that do no more than is told."""
    found = [one for one in attempts() if one.text in HARMLESS]
    assert len(found) >= len(HARMLESS) - 1
    return found


class StockPipe(Pipe):
    """cmd2 as it is delivered."""

    name = "stock cmd2"

    def program(self, attacker: Attacker, *options: str) -> list[str]:
        """The program."""
        return [sys.executable, str(harness.HERE / "stock.py")]


class OpenMenu(Menu):
    """A menu that gives every answer to a shell."""

    name = "open menu"

    def program(self, attacker: Attacker, *options: str) -> list[str]:
        """The program."""
        return [sys.executable, str(ROOT / "tests/attacks/open_menu.py")]


class OpenConsole(Console):
    """A console that asks for no password."""

    name, options = "open console", "-f root"

    def identify(self, child: Any, attacker: Attacker) -> None:
        """Nobody asks."""


def let_root_in(site: Site) -> None:
    """Let root of the machine in, who has a shell of the operating system."""
    machine = site.machine
    machine.path("/etc/ssh/sshd_config.d/05-control.conf").write_bytes(b"PermitRootLogin yes\n")
    machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key-root")
    machine.do("/bin/sh", "-c", "mkdir -p /root/.ssh && chmod 700 /root /root/.ssh && chown root:root /root && "
               "cat /root/key-root.pub > /root/.ssh/authorized_keys")
    site.as_admin("enable_root_access minutes=60 --yes")  # which has sshd read its files again
    wait_until(lambda: machine.run(*PIPED, "-i", "/root/key-root", "root@127.0.0.1", "true").returncode == 0)
