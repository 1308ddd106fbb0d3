"""W1: one command from exec to exit, and the first prompt."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from sysmgmt.domain.model import Cost
from sysmgmt.vault.hashing import Argon2Hasher
from tests.bench import boxes
from tests.bench.clock import LIMIT, Finding, Goal, Work, compare, process, prompt
from tests.bench.peers import postgres, together

PLAIN = (sys.executable, "-I", str(Path(__file__).with_name("plain.py")))
"""What one writes in an afternoon; the file of its users is its argument."""
BARE, COMMAND, MENU, PLAINLY = "python -I -S -c pass (limit)", "sysmgmt -c", "boxmgmt", "plain cmd2 and TinyDB"
PACKAGES, CMD2 = "importing TinyDB, argon2 and OpenSSL (limit)", "importing cmd2 and TinyDB (limit)"


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Both, beside the peers."""
    real, cheap = boxes.new(folder / "real", cost=None), boxes.new(folder / "cheap")
    plain = [*PLAIN, str(folder / "w1.json")]
    with together.running(folder / "peers") as three:
        peers = [*three, postgres.wrapped(three[-1])]
        yield from compare("W1 one command, exec to exit", [
            Work(BARE, process(LIMIT)), Work(PACKAGES, _importing("tinydb, hmac, _argon2_cffi_bindings")),
            *(one.starting() for one in peers),
            Work(COMMAND, process([*cheap, "-c", "get_roles"])),
            Work("sysmgmt -c, hashing of level basic", process([*real, "-c", "get_roles"])),
            Work("sysmgmt --no-shortcut (cmd2), a pipe", process([*cheap, "--no-shortcut"], b"get_roles\n")),
            Work("plain cmd2 and TinyDB, a pipe", process(plain, b"get_users\n")),
            Work("one password check of level basic", _check(folder)),
        ], rounds, goals=[Goal(COMMAND, BARE, 4.0), Goal(PACKAGES, BARE), *(Goal(COMMAND, one.name) for one in peers)])
        yield from compare("W1 exec to prompt", [
            Work(BARE, process(LIMIT)), Work(CMD2, _importing("cmd2, tinydb")),
            *(one.prompting() for one in peers if one.shell),
            Work("sysmgmt", prompt([*cheap], b"bench>")),
            Work(MENU, prompt([boxes.program("boxmgmt"), *cheap[1:]], b"bench:")),
            Work(PLAINLY, prompt(plain, b"(Cmd)")),
        ], rounds, goals=[Goal("sysmgmt", PLAINLY, 0.8), Goal(MENU, PLAINLY, 0.8), Goal(CMD2, PLAINLY)])


def _importing(modules: str) -> Callable[[], float]:
    """A process that imports what both are made of, and does nothing with it."""
    return process([sys.executable, "-I", "-c", f"import os, {modules}; os._exit(0)"])


def _check(folder: Path) -> Callable[[], float]:
    """A process that does nothing but check one password."""
    encoded = Argon2Hasher(str(folder)).encode(boxes.PASSWORD, Cost())
    text = (f"from sysmgmt.vault.hashing import Argon2Hasher\n"
            f"assert Argon2Hasher({str(folder)!r}).matches({encoded!r}, {boxes.PASSWORD!r})")
    return process([sys.executable, "-I", "-c", text])
