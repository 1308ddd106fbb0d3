"""Service mode: what a command, a prompt, an operation and an idle session cost over boxmgmtd and the fork server.

As root, so that clients run as users of the box; the installation must be one that all can read.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import sysmgmt
from sysmgmt.domain import uids
from sysmgmt.service.deployment.launchers import launchers
from sysmgmt.service.deployment.site import Site
from sysmgmt.store.state import StateStore
from tests.bench import boxes
from tests.bench.clock import LIMIT, Finding, Goal, Work, compare, process, prompt, session
from tests.bench.peers import postgres, together
from tests.bench.peers.peer import Peer
from tests.support.forkserver import listening, start
from tests.support.waiting import read_until

BARE, LAUNCHER = "python -I -S -c pass (limit)", "launcher"
ONE = "launcher -c"
GOALS = {"psql, as Debian starts it": 1.0}
"""How many times as long as a peer a command, a prompt and many logins may take; the others are only told."""
CREATES, READS = 1000, 10_000
SESSIONS = (FEW := 50, 100)
MOST = 12.0
"""Megabytes that one of the few may keep."""
EACH = 10
"""Sessions that one user may have."""


class Served(NamedTuple):
    """A box behind a boxmgmtd: its process, the fork server, a launcher, and the numbers of its users."""

    process: "subprocess.Popen[bytes]"
    sessions: "subprocess.Popen[bytes]"
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
    site = Site(sys.executable, str(Path(sysmgmt.__file__).parents[1]), str(folder / "state"), str(socket),
                str(folder / "sessions.sock"))
    for name in ("sysmgmt", "sessions"):
        (folder / name).write_bytes(launchers(site, "/")[site.launcher(name)].content)
        (folder / name).chmod(0o755)
    folder.parent.chmod(0o755)
    folder.chmod(0o755)
    with (subprocess.Popen([boxes.program("boxmgmtd"), "--state", site.state, "--socket", site.socket]) as daemon,
          listening(site.sessions) as listener,
          start(str(folder / "sessions"), listener, os.environ) as sessions):
        while not socket.exists():
            time.sleep(0.01)
        try:
            yield Served(daemon, sessions, str(folder / "sysmgmt"), site.socket, numbers)
        finally:
            sessions.kill()
            daemon.send_signal(signal.SIGTERM)


def starts(box: Served, embedded: Sequence[str], peers: Sequence[Peer], rounds: int) -> Iterator[Finding]:
    """W1 over the service."""
    user = box.numbers[0]
    _register(box)
    yield from compare("W1 one command over the service, exec to exit", [
        Work(BARE, process(LIMIT, user=user)), *(one.starting() for one in peers),
        Work(ONE, process([box.launcher, "-c", "get_roles"], user=user)),
        Work("launcher -c, the whole shell", process([box.launcher, "--json", "-c", "get_roles"], user=user)),
        Work("sysmgmt -c, embedded, hashing at its least", process([*embedded, "-c", "get_roles"])),
    ], rounds, goals=[Goal(ONE, BARE, 2.0), *(Goal(ONE, one.name, GOALS.get(one.name)) for one in peers)])
    yield from compare("W1 exec to prompt over the service", [
        Work(BARE, process(LIMIT, user=user)), *(one.prompting() for one in peers if one.shell),
        Work(LAUNCHER, prompt([box.launcher], b"bench>", user)),
        Work("launcher, the whole shell", prompt([box.launcher, "--json"], b"bench>", user)),
        Work("sysmgmt, embedded", prompt([*embedded], b"bench>")),
    ], rounds, goals=[*(Goal(LAUNCHER, one.name, GOALS.get(one.name)) for one in peers if one.shell),
                      Goal(LAUNCHER, "sysmgmt, embedded")])


def _register(box: Served) -> None:
    """Register a login of admin as PAM does, for this process and those that it starts."""
    program = (f"from sysmgmt.service.asking import ask\n"
               f"facts = dict(name='admin', service='sshd', rhost='192.0.2.1', tty='')\n"
               f"assert ask({box.socket!r}, 'OpenSession', facts)['accepted']")
    subprocess.run([sys.executable, "-I", "-c", program], check=True)


def operations(box: Served, rounds: int) -> Iterator[Finding]:
    """W2 and W3 over the service."""
    user, count = box.numbers[0], iter(range(10**9))

    def create() -> float:
        batch = int(next(count))
        lines = "".join(f"add_group name=g{batch}-{number}\n" for number in range(CREATES))
        return process([box.launcher], lines.encode(), user)()
    rounds = max(3, rounds // 3)
    yield from compare("W2 creates in one batch over the service", [Work(LAUNCHER, create)], rounds, CREATES,
                       [Goal(LAUNCHER)])
    reads = process([box.launcher], b"get_users name=user000001\n" * READS, user)
    yield from compare("W3 reads in one batch over the service", [Work(LAUNCHER, reads)], rounds, READS,
                       [Goal(LAUNCHER)])


def logins(box: Served, peers: Sequence[Peer], rounds: int) -> Iterator[Finding]:
    """W8: many logins at once, from the first exec to the last prompt."""
    yield from compare(f"W8 {FEW} logins at once, to the last prompt", [
        *(Work(one.name, partial(_last_prompt, one.prompt, partial(_of_peer, one))) for one in peers if one.shell),
        Work(LAUNCHER, partial(_last_prompt, b"bench>", partial(_of_box, box)))],
        rounds, goals=[Goal(LAUNCHER, one.name, GOALS.get(one.name)) for one in peers if one.shell])


def crowd(box: Served, peers: Sequence[Peer]) -> Iterator[Finding]:
    """W8: many idle sessions, and what each of them keeps."""
    print("\nW8 idle sessions at their prompts")
    for one in peers:
        if one.shell:
            yield _kept(one.name, one.prompt, FEW, partial(_of_peer, one))
    for number in SESSIONS:
        before = memory(box.process.pid)
        yield _kept("sysmgmt over the service", b"bench>", number, partial(_of_box, box),
                    lambda: _forked(box.sessions.pid))
        print(f"  boxmgmtd kept {memory(box.process.pid):.1f} MB after them, {before:.1f} MB before")


Start = Callable[[int], tuple[int, int]]
"""Starts the session of that number on a pseudo-terminal: its process, and the other end."""


def _of_peer(peer: Peer, number: int) -> tuple[int, int]:
    return session(peer.shell, None, peer.environment)


def _of_box(box: Served, number: int) -> tuple[int, int]:
    return session([box.launcher], box.numbers[number // EACH])


@contextmanager
def _at_prompts(expected: bytes, number: int, start: Start) -> Iterator[tuple[list[int], float]]:
    """So many sessions at their prompts: their processes, and the seconds to the last prompt."""
    began = time.perf_counter()
    children = [start(each) for each in range(number)]
    for _, terminal in children:
        read_until(terminal, expected)
    last = time.perf_counter() - began
    yield [pid for pid, _ in children], last
    for pid, terminal in children:
        os.kill(pid, signal.SIGHUP)
        os.close(terminal)
        os.waitpid(pid, 0)


def _last_prompt(expected: bytes, start: Start) -> float:
    with _at_prompts(expected, FEW, start) as (_, last):
        return last


def _kept(name: str, expected: bytes, number: int, start: Start, beside: Callable[[], float] = lambda: 0.0) -> Finding:
    """`beside` gives the megabytes of what serves all of them."""
    with _at_prompts(expected, number, start) as (pids, last):
        each = (sum(map(memory, pids)) + beside()) / number
    print(f"  {name:44} {number:4} sessions: last prompt after {last:5.2f} s, PSS {each:5.1f} MB each", flush=True)
    goal = MOST if name.startswith("sysmgmt") and number == FEW else None
    return Finding(f"W8 {number} sessions at their prompts: {name}", f"{goal:g} MB each at most" if goal else "",
                   f"{each:.1f} MB each", goal is None or each <= goal)


def _forked(server: int) -> float:
    """What the fork server and its sessions keep, in MB."""
    found = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return memory(server) + sum(memory(int(one)) for one in found)


def memory(pid: int) -> float:
    """The proportional share of memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel tells no PSS")


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """All of it, as root: its clients run as users of the box."""
    assert os.geteuid() == 0, "the service is measured as root only: its clients run as users of the box"
    folder = folder / "service"
    folder.mkdir()
    with served(folder) as box, together.running(folder / "peers") as three:
        peers = [*three, postgres.wrapped(three[-1])]
        yield from starts(box, boxes.new(folder / "embedded"), peers, rounds)
        yield from operations(box, rounds)
        yield from logins(box, peers, max(3, rounds // 3))
        yield from crowd(box, three)
