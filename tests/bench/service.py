"""Service mode: what a command, a prompt, an operation and an idle session cost over boxmgmtd.

As root, so that clients run as users of the box; the installation must be one that all can read.
"""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sysmgmt
from sysmgmt.domain import uids
from sysmgmt.service.deployment.launchers import launchers
from sysmgmt.service.deployment.site import Site
from sysmgmt.store.state import StateStore
from tests.bench import boxes
from tests.bench.clock import LIMIT, Work, compare, process, prompt

PEERS = {"psql": ("psql", "-Atc", "select 1"), "vtysh": ("vtysh", "-c", "show version")}
"""One command of a client to its own service, where such a service runs here."""
CREATES, READS = 1000, 10_000
SESSIONS = (50, 100)
EACH = 10
"""Sessions that one user may have."""


class Served(NamedTuple):
    """A box behind a boxmgmtd: its process, a launcher, and the numbers of its users."""

    process: "subprocess.Popen[bytes]"
    launcher: str
    socket: str
    numbers: Sequence[int]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A box with its service for a while. All its users are administrators."""
    boxes.new(folder / "state", max(SESSIONS) // EACH)
    with StateStore(str(folder / "state")).writing() as transaction:
        state = uids.reserve(transaction.state, 70000, 79999)
        accounts = state.accounts
        for one in accounts.values():
            accounts = accounts.put(one.name, one._replace(role="administrator"))
        transaction.save(state._replace(accounts=accounts))
        numbers = [one.uid or 0 for one in accounts.values()]
    socket = folder / "box.sock"
    site = Site(sys.executable, str(Path(sysmgmt.__file__).parents[1]), str(folder / "state"), str(socket))
    launcher = folder / "sysmgmt"
    launcher.write_bytes(launchers(site, "/")[site.launcher("sysmgmt")].content)
    for one, mode in ((folder.parent, 0o755), (folder, 0o755), (launcher, 0o755)):
        one.chmod(mode)
    with subprocess.Popen([boxes.program("boxmgmtd"), "--state", site.state, "--socket", site.socket]) as daemon:
        while not socket.exists():
            time.sleep(0.01)
        try:
            yield Served(daemon, str(launcher), site.socket, numbers)
        finally:
            daemon.send_signal(signal.SIGTERM)


def starts(box: Served, embedded: Sequence[str], rounds: int) -> None:
    """W1 over the service."""
    user = box.numbers[0]
    _register(box)
    peers = [Work(name, process(command)) for name, command in PEERS.items() if _works(command)]
    compare("W1 one command over the service, exec to exit", [
        Work("python -I -S -c pass (limit)", process(LIMIT, user=user)), *peers,
        Work("launcher -c", process([box.launcher, "-c", "get_roles"], user=user)),
        Work("launcher -c, the whole shell", process([box.launcher, "--json", "-c", "get_roles"], user=user)),
        Work("sysmgmt -c, embedded, hashing at its least", process([*embedded, "-c", "get_roles"])),
    ], rounds)
    compare("W1 exec to prompt over the service", [
        Work("python -I -S -c pass (limit)", process(LIMIT, user=user)),
        Work("launcher", prompt([box.launcher], b"bench>", user)),
        Work("sysmgmt, embedded", prompt([*embedded], b"bench>")),
    ], rounds)


def _register(box: Served) -> None:
    """Register a login of admin as PAM does, for this process and those that it starts."""
    program = (f"from sysmgmt.service.asking import ask\n"
               f"facts = dict(name='admin', service='sshd', rhost='192.0.2.1', tty='')\n"
               f"assert ask({box.socket!r}, 'OpenSession', facts)['accepted']")
    subprocess.run([sys.executable, "-I", "-c", program], check=True)


def _works(command: Sequence[str]) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True).returncode == 0


def operations(box: Served, rounds: int) -> None:
    """W2 and W3 over the service."""
    user, count = box.numbers[0], iter(range(10**9))

    def create() -> float:
        batch = int(next(count))
        lines = "".join(f"add_group name=g{batch}-{number}\n" for number in range(CREATES))
        return process([box.launcher], lines.encode(), user)()
    compare("W2 batch of creates over the service", [Work("launcher", create)], max(3, rounds // 3), CREATES)
    reads = process([box.launcher], b"get_users name=user000001\n" * READS, user)
    compare("W3 reads in one batch over the service", [Work("launcher", reads)], max(3, rounds // 3), READS)


def crowd(box: Served) -> None:
    """W8: many sessions at once, the time to the last prompt and what each of them keeps."""
    print("\nW8 idle sessions at the prompt over the service")
    for number in SESSIONS:
        before, began = memory(box.process.pid), time.perf_counter()
        children = [_session(box, user) for user in box.numbers[:number // EACH] for _ in range(EACH)]
        for _, terminal in children:
            _read_until(terminal, b"bench>")
        last = time.perf_counter() - began
        of_all = [memory(pid) for pid, _ in children]
        print(f"  {number:4} sessions: last prompt after {last:5.2f} s, PSS {sum(of_all) / number:5.1f} MB each, "
              f"boxmgmtd {memory(box.process.pid):5.1f} MB, {before:5.1f} MB before")
        for pid, terminal in children:
            os.kill(pid, signal.SIGHUP)
            os.close(terminal)
            os.waitpid(pid, 0)


def _session(box: Served, user: int) -> tuple[int, int]:
    pid, terminal = pty.fork()
    if not pid:
        os.setgid(user)
        os.setuid(user)
        os.execve(box.launcher, [box.launcher], {"TERM": "xterm"})
    return pid, terminal


def _read_until(terminal: int, expected: bytes) -> None:
    seen = b""
    while expected not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 65536)


def memory(pid: int) -> float:
    """The proportional share of memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel tells no PSS")


def measure(folder: Path, rounds: int) -> None:
    """All of it."""
    folder = folder / "service"
    folder.mkdir()
    with served(folder) as box:
        starts(box, boxes.new(folder / "embedded"), rounds)
        operations(box, rounds)
        crowd(box)
