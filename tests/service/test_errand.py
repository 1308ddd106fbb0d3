"""One command over the launcher: the same bytes and the same status as from the whole shell, for less."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

import pytest

import sysmgmt.__main__
import sysmgmt.service.client  # noqa: F401  # which the shell imports late, where others could not read it
from tests.support.box import TestBox, copy
from tests.support.boxmgmtd import Boxmgmtd, for_all, running
from tests.support.waiting import wait_until

LINES = (
    "get_users", "get_users --json", "get_users name=bob", "get_users name=nobody", "get_current_user",
    "get_roles", "get_security_settings --json", "help", "help add_user", "add_user --help", "--help", "?", "quit",
    "quit --json", "", "   ", "# a comment", "nosuch", "nosuch --json", "get_users --nosuch",
    "get_users --json --nosuch", "add_group name=g1", "add_group name=g1", "add_group name=g2 --json",
    "add_group g3 --dry-run", "remove_group g1", "remove_group g1 --yes", "add_group", "add_group name=\"a b\"",
    "add_group name=\"a b", "add_group name=\"a\"b", "add_group name=a name=b",
    "add_user name=u1 role=monitor password=Some-Pass-11", "add_user name=u1 role=monitor", "set_password",
    "set_password password=x old_password=y", "set_banner text=\"Gr\u00fc\u00dfe \\\"Welt\\\"\"", "get_banner",
    "set_banner text=\u202eevil\u2028", "get_groups \x1b[31m", "get_groups\tx", "add_group name=\x07",
    "add_group name=\udcff", "\udcff\udcfe --json", "\u00fcber", "reboot", "shutdown --yes --dry-run",
    "export_state", "enable_advanced_support_commands", "remove_user name=bob", "who_can add_user",
    "who_can nosuch --json", "get_sessions", "log_in name=admin", "open_session name=admin session=x process=y",
    "install name=box2 level=basic", "get_users name=" + "x" * 9000, "get_users | cat > /etc/passwd ; id $(id)",
    "'get_users'", "set_security_level level=basic",
)
"""What somebody may give to ssh, good and bad. What differs from run to run is masked before it is compared."""
PIECES = (" ", "--json", "--yes", "\"", "\\", "=", "name=", "\t", "\x1b", "\u00e9", "\udcff", "get_users", "-", "#",
          "x")
VARYING = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{32}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b")
USERS = {"carol": "admin", "bob": "monitor", "dave": "monitor", "eve": "monitor"}


class Shown(NamedTuple):
    """What a program wrote, and its status."""

    out: bytes
    err: bytes
    status: int


@pytest.fixture
def pair(basic: TestBox, folder: Path) -> Iterator[tuple[Boxmgmtd, Boxmgmtd]]:
    """Two services over two boxes that are the same: what the one does may not disturb the other."""
    admin = basic.admin()
    for name, role in USERS.items():
        due = "yes" if name == "dave" else "no"
        admin.do(f"add_user name={name} role={role} password={name.title()}s-pass-11 must_change={due}")
    admin.do("lock_user name=eve")
    basic.numbered()
    with running(basic) as one, running(copy(basic, folder / "other")) as other:
        yield one, other


def number(daemon: Boxmgmtd, name: str) -> int:
    """The number of a user; a number that nobody has for the name of nobody."""
    account = daemon.box.state.accounts.get(name)
    return account.uid or 0 if account else 65000


def run(act: Callable[[], object], uid: int) -> Shown:
    """What a program writes as a user, without standard input. `act` ends a process of its own.

    The whole shell starts in 0.2 s, which this goes without: it is imported already.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            try:
                for number, source in enumerate((os.open(os.devnull, os.O_RDONLY), out.fileno(), err.fileno())):
                    os.dup2(source, number)
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
                act()
            finally:
                os._exit(99)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Shown(*(VARYING.sub(b"?", _content(one)) for one in (out, err)), status)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def whole(daemon: Boxmgmtd, line: str, uid: int) -> Shown:
    """What the whole shell shows."""
    def act() -> None:
        sys.argv[1:] = ["--socket", str(daemon.path), "-c", line]
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
        sysmgmt.__main__.main()
    return run(act, uid)


def short(daemon: Boxmgmtd, line: str, uid: int) -> Shown:
    """What the launcher shows."""
    words = [daemon.launcher(), "-c", os.fsencode(line)]
    return run(lambda: os.execve(words[0], words, for_all()[1]), uid)


def mutated(chance: random.Random) -> str:
    """A line that somebody has mistyped."""
    line = list(chance.choice(LINES[:-4]))
    for _ in range(chance.randrange(1, 4)):
        line.insert(chance.randrange(len(line) + 1), chance.choice(PIECES))
    return "".join(line)


def compare(pair: tuple[Boxmgmtd, Boxmgmtd], lines: Sequence[str], name: str) -> None:
    """Give `lines` to both, in turn."""
    one, other = pair
    uid = number(one, name)
    for line in lines:
        assert short(other, line, uid) == whole(one, line, uid), line


def test_every_line_of_an_administrator_gives_the_same(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    compare(pair, LINES, "admin")
    groups = [list(one.box.state.groups) for one in pair]
    assert groups[0] == groups[1] != [], "both have changed the state, and in the same way"
    assert recorded(pair[0]) == recorded(pair[1])


def recorded(daemon: Boxmgmtd) -> list[tuple[object, ...]]:
    """What the audit says of everything that was done, without what is different each time."""
    fields = ("user", "origin", "endpoint", "command", "phase", "code", "status")
    return [(*(one.get(name) for name in fields), sorted(one["parameters"]))
            for one in daemon.box.audit() if one["endpoint"] == "local"]


def test_lines_that_are_mistyped_give_the_same(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    chance = random.Random(7)
    compare(pair, [mutated(chance) for _ in range(30)], "admin")


@pytest.mark.parametrize("name", ["carol", "bob", "dave", "eve", "nobody"])
def test_whoever_may_less_is_told_the_same(pair: tuple[Boxmgmtd, Boxmgmtd], name: str) -> None:
    compare(pair, ["get_users", "get_users --json", "add_group name=g1", "nosuch", "set_password", "help", ""], name)


def test_a_box_that_is_not_installed_says_the_same(fresh: TestBox, folder: Path) -> None:
    with running(fresh) as one, running(TestBox(folder / "other", fresh.clock)) as other:
        compare((one, other), ["get_users", "help --json", "install", "install name=b level=basic"], "nobody")


def test_without_boxmgmtd_the_whole_shell_says_so(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    daemon = pair[0]
    daemon.end()
    found = short(daemon, "get_users", number(daemon, "admin"))
    assert (found.status, found.out) == (6, b"")
    assert found.err.startswith(b"Error: boxmgmtd does not answer at "), found


def test_a_value_on_standard_input_is_read(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    daemon = pair[0]
    done = subprocess.run([daemon.launcher(), "-c", "add_user name=fred role=monitor password=-"],
                          input=b"Freds-pass-11\n", capture_output=True, cwd="/", user=number(daemon, "admin"),
                          timeout=60)
    assert done.returncode == 0, done
    assert "fred" in daemon.box.state.accounts


def test_the_errand_imports_no_package_that_costs(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    """The positive control: the whole shell does."""
    daemon = pair[0]
    modules = {}
    for kind, line in (("short", "get_roles"), ("whole", "get_roles a=-")):
        command = [for_all()[0], "-I", "-S", "-X", "importtime", daemon.launcher(), "-c", line]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, cwd="/", timeout=60,
                              user=number(daemon, "admin"))
        modules[kind] = {one.rpartition("|")[2].strip() for one in done.stderr.decode().splitlines()}
    costly = {"json", "socket", "os", "site", "re", "typing", "sysmgmt.commands.catalog", "sysmgmt.box"}
    assert modules["short"] & costly == set()
    assert modules["whole"] & costly == costly
    assert modules["whole"] & {"tinydb", "sysmgmt.store.state", "sysmgmt.vault.hashing"} == set()


@pytest.mark.parametrize(("replies", "status"), [(b"", 6), (b'{"parameters": {}}\0', 6)])
def test_a_line_that_may_have_been_carried_out_is_never_sent_twice(
        pair: tuple[Boxmgmtd, Boxmgmtd], replies: bytes, status: int) -> None:
    daemon = pair[0]
    launcher = daemon.launcher()
    daemon.end()
    daemon.path.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(daemon.path))
        daemon.path.chmod(0o666)
        listener.listen()
        with subprocess.Popen([launcher, "-c", "add_group name=g1"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd="/", user=number(daemon, "admin")) as client:
            received = b""
            while client.poll() is None:
                listener.settimeout(0.2)
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    received += connection.recv(65536)
                    connection.sendall(replies)
            assert client.stderr is not None
            assert client.returncode == status, client.stderr.read()
    assert received.count(b"io.boxmgmt.Line") == 1
    assert received.count(b"io.boxmgmt.Run") == 0


def test_an_interrupted_errand_exits_like_the_whole_shell(pair: tuple[Boxmgmtd, Boxmgmtd]) -> None:
    daemon = pair[0]
    launcher = daemon.launcher()
    daemon.process.send_signal(signal.SIGSTOP)  # it answers nothing now
    try:
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with subprocess.Popen([launcher, "-c", "get_roles"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  cwd="/", user=number(daemon, "admin")) as client:
                wait_until_connected(client.pid)
                client.send_signal(sent)
                assert client.communicate(timeout=20)[1] == b""
                assert client.returncode == 128 + sent
    finally:
        daemon.process.send_signal(signal.SIGCONT)


def wait_until_connected(pid: int) -> None:
    """Wait until a process has a socket: then there is nothing left but to wait for an answer."""
    wait_until(lambda: any(target.startswith("socket:") for target in targets(pid)))


def targets(pid: int) -> Iterator[str]:
    """What the descriptors of a process are."""
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since they were listed
            yield os.readlink(one)


@pytest.mark.parametrize(("target", "status"), [("/dev/full", 6), ("closed", 141)])
def test_answers_that_nobody_takes_give_the_documented_status(
        pair: tuple[Boxmgmtd, Boxmgmtd], target: str, status: int) -> None:
    daemon = pair[0]
    for command in ([daemon.launcher()], [for_all()[0], "-m", "sysmgmt", "--socket", str(daemon.path)]):
        reader, writer = os.pipe()
        os.close(reader)
        out = os.open(target, os.O_WRONLY) if target.startswith("/") else writer
        done = subprocess.run([*command, "-c", "get_roles"], stdin=subprocess.DEVNULL, stdout=out,
                              stderr=subprocess.PIPE, env=for_all()[1], cwd="/", user=number(daemon, "admin"))
        assert done.returncode == status, done
        assert (b"could not be written" in done.stderr) == (status == 6)
        os.close(writer)
