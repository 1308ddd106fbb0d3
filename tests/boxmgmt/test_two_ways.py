"""The walk on a pipe and the walk through the cmd2 application are one: same bytes, same status.

Walks are made at random; `TWO_WAYS=500` in the environment makes as many, `TWO_WAYS_SEED` begins
elsewhere.
"""

import os
import random
import re
from pathlib import Path

import cmd2
import pytest

from boxmgmt.application import Boxmgmt
from sysmgmt.screen.hardened import Hardened
from tests.boxmgmt.program import walk
from tests.support.box import ADMIN_PASSWORD, TestBox, copy
from tests.support.program import Result

ROUNDS = int(os.environ.get("TWO_WAYS", "12"))
SEED = int(os.environ.get("TWO_WAYS_SEED", "20261121"))
PASSWORDS = (ADMIN_PASSWORD, ADMIN_PASSWORD + "-b", "3", ADMIN_PASSWORD + "-b", ADMIN_PASSWORD)
GOOD = ("1", "2.1", "2", "3", "4", "b", "m", "2.2\nbox7", "2.3\n# banner", "2.4", "2.5", "5", "2.5.1",
        "m\n2.5.1.2\n\n9", "m\n2.5.1.1\nbasic", "m\n3.1", "m\n3.2", "m\n4.1", "m\n6\nquit",
        "m\n6\nget_groups\nadd_group name=g1\nquit", "?", "", "   ", "#", "\tm\t", "M",
        "\n".join(("m", "2.5.1.3", *PASSWORDS)))
BAD = ("0", "-1", "99", "x", "eof", "EOF", "_eof", "!ls", "5.1\nn", "5.2", "2.2\n1x", "2.2\n", "m\n2.2",
       "m\n6\nnosuch", "m\n6\nget_groups", "q", "QUIT", "\x1b[A", "\x00", "x" * 70_000, "ä", "1.1",
       "m\n2.5.1.2\n99", "alias", "help", "quit | cat", "m > /tmp/x", "m;m", "@x", "run_script x", "\udcff", "\r",
       "m\r", "m\n2.5.1.3\nwrong\nNew-pass-7890")


def test_the_menu_is_a_hardened_cmd2_application() -> None:
    assert issubclass(Boxmgmt, Hardened) and issubclass(Boxmgmt, cmd2.Cmd)


def steps(chance: random.Random) -> bytes:
    """A walk of good steps, which ends with a bad one or with none."""
    made = [chance.choice(("", "m\n", "m\n")) + chance.choice(GOOD) for _ in range(chance.randint(0, 25))]
    made += [chance.choice(BAD) for _ in range(chance.randint(0, 2))]
    return "\n".join(made).encode(errors="surrogateescape") + chance.choice((b"", b"\n"))


def still(done: Result) -> Result:
    """What was printed, without what no two runs have in common: how much was written, and is free."""
    return done._replace(out=re.sub(r"((?:State|Journal|Free)[ _]bytes\W+)\d+", r"\1N", done.out, flags=re.I))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_both_ways_print_the_same_and_leave_the_same(basic: TestBox, folder: Path, number: int) -> None:
    chance = random.Random(SEED + number)
    text, options = steps(chance), chance.choice(((), ("--json",)))
    other = copy(basic, folder / "other")
    short = walk(basic.folder, text, *options)
    long = walk(other.folder, text, *options, "--no-shortcut")
    assert still(short) == still(long), text
    assert basic.state.settings == other.state.settings and tuple(basic.state.groups) == tuple(other.state.groups)
