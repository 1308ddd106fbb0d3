"""The pipe's short cut and the cmd2 shell are one language: the same bytes, the same status.

Batches are made at random from good and bad lines; `TWO_WAYS=500` in the environment makes as
many, `TWO_WAYS_SEED` begins elsewhere.
"""

import difflib
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.box import TestBox, copy
from tests.support.program import sysmgmt

ROUNDS = int(os.environ.get("TWO_WAYS", "12"))
SEED = int(os.environ.get("TWO_WAYS_SEED", "20250826"))
OPTIONS = ((), ("--json",), ("--keep-going",), ("--json", "--keep-going"))

NAMES = ("bob", "carol", "Bob", "e ve", "admin", "x" * 33, "root", "", "-", "ä", "a.b-c_d", "1st")
ROLES = ("monitor", "administrator", "nosuch", "operators", "MONITOR", "")
PASSWORDS = ("good-pass-1", "abcd", "p|pe>an;d#x", 'qu\\"ote', "back\\\\slash", "$HOME", "`id`", "!!", "~", "%s",
             "pass word", "ä€😀xyz", "'single'", "-", "--json", "#hash", "a=b=c")
PERMISSIONS = ("failover", "view,failover", "web_download", "boxmgmt", "nosuch", "security,se", ",", "")
LITERAL = (b"", b"   ", b"# a comment", b"#", b"get_users", b"get_users --json", b"  get_roles  ", b"get_current_user",
           b"help", b"help add_user", b"?", b"? add_user", b"add_user ?", b"add_user --help", b"get_users | cat",
           b"get_users > /tmp/x", b"get_users; get_roles", b"!ls", b"@file", b"shell ls", b"run_script x", b"edit",
           b"alias create a b", b"macro list", b"set", b"history", b"shortcuts", b"ipy", b"py",
           b"_relative_run_script",
           b"eof", b"EOF", b"_eof", b"GET_USERS", b"get_users bob", b"get_users bob carol", b"unlock_user",
           b"get_users name=bob name=bob", b'get_users name="bob', b'get_users name="b"ob', b'"get_users"',
           b"get_users --nosuch", b"get_users --yes --dry-run", b"get_users nosuch=1", b"take_attempt name=bob token=x",
           b"open_session name=bob", b"log_in", b"reboot_box", b"reboot_box --dry-run", b"check_state",
           b"enable_advanced_support_commands", b"export_state --dry-run", b"who_can add_user", b"who_can command=",
           b"set_login_banner text=\"a\\nb\"", b"get_users\r", b"get_users\x00", b"\xff\xfe", b"get_users \xc3\x28",
           b"\xef\xbb\xbfget_users", b"get_users \x1b[31m", b"get_users name=\xe2\x80\xae", b"\xc2\xa0get_users",
           b"get_users\xc2\xa0", b"x" * 65536, b"y" * 65537, b"z" * 200_000, b"get_users name=" + b"n" * 4000,
           b"set_password current_password=- new_password=-", b"wrong-one",
           b"set_password current_password=Admin-Pass-12",
           b"lock_user name=bob", b"unlock_user name=bob", b"set_security_level level=basic", b"{", b"}", b"\\", b"'",
           b"get_groups\t--json", b"\tget_groups", b"get_system_status nosuch", b"do_quit", b"help quit",
           b"help nosuch")
SPELLINGS: tuple[Callable[[str], str], ...] = (str, lambda text: '"' + text + '"')


def line(chance: random.Random) -> bytes:
    """One line of a batch, good or bad."""
    def spelt(values: tuple[str, ...]) -> str:
        return chance.choice(SPELLINGS)(chance.choice(values))
    made = (
        lambda: f"add_user name={spelt(NAMES)} role={spelt(ROLES)} password={spelt(PASSWORDS)}",
        lambda: f"add_user name={spelt(NAMES)} role=monitor password=-\n{chance.choice(PASSWORDS)}",
        lambda: f"set_user name={spelt(NAMES)} role={spelt(ROLES)}",
        lambda: f"add_role name={spelt(NAMES)} permissions={spelt(PERMISSIONS)}",
        lambda: f"modify_role name={spelt(ROLES)} permissions={spelt(PERMISSIONS)}",
        lambda: f"remove_role name={spelt(ROLES)}",
        lambda: f"remove_user {spelt(NAMES)}",
        lambda: f"get_users name={spelt(NAMES)}",
        lambda: f"add_group name={spelt(NAMES)}",
    )
    if chance.random() < 0.5:
        return chance.choice(LITERAL)
    flags = chance.choice(("", "", " --json", " --dry-run", " --json --dry-run", " --yes"))
    first, *more = chance.choice(made)().split("\n")
    return "\n".join([first + flags, *more]).encode()


def batch(chance: random.Random) -> bytes:
    """A batch, which may or may not end with a line's end, or with quit or what means it in its midst."""
    lines = [line(chance) for _ in range(chance.randint(1, 40))]
    if chance.random() < 0.2:
        lines.insert(chance.randrange(len(lines)), chance.choice((b"quit", b"exit", b"logout")))
    return b"\n".join(lines) + chance.choice((b"", b"\n", b"\r\n"))


def moving(output: bytes) -> bytes:
    """Output without what no two runs have in common: times, ids and processes."""
    output = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"TIME", output)
    output = re.sub(rb"\b[0-9a-f]{32}\b", b"TOKEN", output)
    return re.sub(rb"\b[0-9a-f]{8}:\d+:\d+\b", b"PROCESS", output)


def both(box: TestBox, given: bytes, *options: str) -> tuple[tuple[int, bytes, bytes], tuple[int, bytes, bytes]]:
    """What the two ways answer, each on a box of its own."""
    found = []
    for way in ((), ("--no-shortcut",)):
        own = copy(box, box.folder.parent / f"way-{len(way)}" / "state")
        done = sysmgmt(own.folder, given, *options, *way)
        found.append((done.returncode, moving(done.stdout), moving(done.stderr)))
    return found[0], found[1]


def difference(one: tuple[int, bytes, bytes], two: tuple[int, bytes, bytes]) -> list[str]:
    """The lines in which two answers differ."""
    texts = [[f"status {status}", *(out + b"--" + err).decode(errors="backslashreplace").split("\n")]
             for status, out, err in (one, two)]
    return list(difflib.unified_diff(*texts, lineterm="", n=0))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_any_batch_is_answered_alike(basic: TestBox, number: int) -> None:
    chance = random.Random(SEED + number)
    given, options = batch(chance), OPTIONS[number % len(OPTIONS)]
    short, long = both(basic, given, *options)
    assert difference(short, long) == [], given
    assert short == long
    assert b"Traceback" not in short[2]
    assert short[0] in (0, 1, 2, 3, 4, 5, 6)


def test_every_single_line_is_answered_alike(basic: TestBox) -> None:
    short, long = both(basic, b"\n".join(LITERAL), "--keep-going")
    assert short == long
    assert short[2].count(b"Error: ") > 40, "most of these lines are refused, and each is answered"


def test_the_comparison_sees_a_difference(basic: TestBox) -> None:
    other = copy(basic, basic.folder.parent / "other" / "state")
    one, two = sysmgmt(basic.folder, "get_users\n"), sysmgmt(other.folder, "get_users name=admin --json\n")
    assert moving(one.stdout) != moving(two.stdout)


@pytest.mark.parametrize("option", OPTIONS)
def test_secrets_may_stand_on_the_next_line(basic: TestBox, option: tuple[str, ...]) -> None:
    text = (b"add_user name=bob role=monitor password=-\n  blanks, # and \"quotes\" count \n"
            b"add_user name=eve role=monitor password=-\nget_users --json\nget_current_user\n")
    short, long = both(basic, text, *option)
    assert short == long and short[0] == 0
    client = copy(basic, basic.folder.parent / "fresh").client()
    assert client.log_in("bob", "x").code == "LoginFailed"
    found = TestBox(basic.folder.parent / "way-0" / "state", basic.clock)
    assert found.client().log_in("bob", '  blanks, # and "quotes" count ').code == "Done"
    assert found.client().log_in("eve", "get_users --json").code == "Done"


def test_a_secret_that_the_input_does_not_hold_is_missing(basic: TestBox) -> None:
    short, long = both(basic, b"add_user name=bob role=monitor password=-")
    assert short == long
    assert short[0] == 2
    assert short[2].startswith(b"line 1: Error: add_user needs a value for password, and the input ended")


def test_the_folder_is_left_as_it_was(basic: TestBox) -> None:
    """Redirections, pipes and scripts are text: nothing appears beside the box."""
    before = set(Path(basic.folder.parent).iterdir())
    done = sysmgmt(basic.folder, b"get_users > out.txt\nget_users | tee out.txt\n!touch out.txt\n", "--keep-going")
    assert done.returncode == 2
    assert {one.name for one in set(basic.folder.parent.iterdir()) - before} <= {
        one.name for one in basic.folder.parent.glob("password-*")}
