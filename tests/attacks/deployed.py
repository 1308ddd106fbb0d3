"""The doors of a deployed box: SSH with a terminal, with one command, with a batch; and the console."""

import itertools
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.attacks import trace
from tests.attacks.corpus import Attempt
from tests.attacks.doors import LOOKS, MENU_ROLES, Seen, State, asked, kept, type_all
from tests.attacks.roles import PASSWORD, Attacker, names_of, setup
from tests.attacks.typist import Typist, spawn
from tests.doors.machine import ENVIRONMENT, Machine
from tests.doors.site import CLIENT, LIBRARY, PIPED, PROMPT, SHELL_USER, Site
from tests.support.waiting import wait_until

FOLDER = "/var/tmp/bait"
SSHD_LOG, SERVICE_LOG, SESSIONS_LOG = "/root/trace-sshd", "/root/trace-boxmgmtd", "/root/trace-sessions"
AT_ONCE = 4
"""SSH clients at a time."""
LOGIN = frozenset({f"{LIBRARY}/{name}" for name in ("boxmgmt", "sysmgmt", "pam", "keys")})
"""What a login starts: the two shells, and what asks boxmgmtd for PAM and for keys."""
SSHD = frozenset({"/usr/sbin/sshd", "/usr/lib/openssh/sshd-session", "/usr/lib/openssh/sshd-auth"})


class Inside:
    """A folder of the machine as the place of the bait; everybody may write there."""

    def __init__(self, machine: Machine) -> None:
        self._path = machine.path(FOLDER)
        self._path.mkdir(exist_ok=True)
        self._path.chmod(0o777)

    def write(self, name: str, text: str) -> None:
        """Make a file that everybody may read and run."""
        (self._path / name).write_text(text)
        (self._path / name).chmod(0o755)

    def names(self) -> list[str]:
        """The names of all files."""
        return [one.name for one in self._path.iterdir()]


def begin() -> Site:
    """A deployed box with the attackers, whose sshd is watched."""
    site = Site()
    try:
        site.begin()
        site.stop_serving()
        site.serve(*trace.under(SERVICE_LOG, f"{LIBRARY}/boxmgmtd"))
        site.as_admin(*setup())
        watch(site)
    except BaseException:
        site.stop()
        raise
    return site


def watch(site: Site) -> None:
    """Write down every program that sshd and the fork server start, and what they have started."""
    for log, *found in ((SSHD_LOG, "/bin/cat", "/run/sshd.pid"),
                        (SESSIONS_LOG, "/usr/bin/pgrep", "-o", "-u", SHELL_USER)):
        pid = site.machine.do(*found).strip()
        site.machine.start(*trace.attached(log, pid))
        wait_until(lambda pid=pid: "TracerPid:\t0" not in site.machine.path(f"/proc/{pid}/status").read_text())


class Deployed:
    """What the doors of a deployed box share."""

    name = ""
    allowed = LOGIN | SSHD
    folder = FOLDER

    def __init__(self, site: Site) -> None:
        self.place = Inside(site.machine)
        self.site = site
        self._read = {log: 0 for log in (SSHD_LOG, SERVICE_LOG, SESSIONS_LOG)}

    def state(self) -> State:
        """What the administrator sees of the box."""
        shown = self.site.as_admin(*(f"{look} --json" for look in LOOKS.values())).splitlines()
        return {part: kept(json.loads(line)["result"]) for part, line in zip(LOOKS, shown, strict=True)}

    def begin(self) -> None:
        """Forget what was started before."""
        self._read = {log: len(self._lines(log)) for log in self._read}

    def started(self) -> list[str]:
        """What was started since then; of what boxmgmtd started, what is not its own or was given words of the bait."""
        served = self._lines(SERVICE_LOG)[self._read[SERVICE_LOG]:]
        hosted = trace.programs(self._lines(SESSIONS_LOG)[self._read[SESSIONS_LOG]:])
        return [*self.let_in(), *hosted, *(one for one in trace.programs(served) if one not in trace.OURS),
                *trace.told(served, FOLDER)]

    def let_in(self) -> list[str]:
        """What those who let the attacker in have started since then."""
        return trace.programs(self._lines(SSHD_LOG)[self._read[SSHD_LOG]:])

    def _lines(self, log: str) -> list[str]:
        path = self.site.machine.path(log)
        return path.read_text().splitlines() if path.exists() else []


class Remote(Deployed):
    """`ssh` without a terminal, all attempts over one connection."""

    def attack(self, attacker: Attacker, attempts: Sequence[Attempt]) -> Seen:
        """Try all of them, some at a time."""
        self.begin()
        names = names_of(attacker, self.folder)
        with Connection(self.site, attacker.name) as connection, ThreadPoolExecutor(AT_ONCE) as pool:
            ways = self.ways(attacker)
            typed = [next(ways) + one.typed(names) for one in attempts]
            outputs = list(pool.map(lambda one: self.carry(connection, one), typed))
        return Seen(b"\n".join(outputs), self.started())

    def ways(self, attacker: Attacker) -> Iterator[bytes]:
        """What is sent before each attempt."""
        return itertools.repeat(b"")

    def carry(self, connection: "Connection", typed: bytes) -> bytes:
        """Send one attempt; what comes back."""
        raise NotImplementedError


class Command(Remote):
    """`ssh host command`."""

    name = "ssh-command"

    def carry(self, connection: "Connection", typed: bytes) -> bytes:
        """The attempt is the command; no argument of a program can hold a NUL."""
        return connection.run([typed.replace(b"\0", b"")])


class Batch(Remote):
    """`ssh host < batch`."""

    name = "ssh-batch"

    def ways(self, attacker: Attacker) -> Iterator[bytes]:
        """The ways to the questions, where there is a menu; the next line is a choice again."""
        return asked(attacker, "\n", terminal=False) if attacker.role in MENU_ROLES else super().ways(attacker)

    def carry(self, connection: "Connection", typed: bytes) -> bytes:
        """The attempt is the batch."""
        return connection.run([], typed + b"\n" + typed + b"\n")


class Connection:
    """An SSH connection that many clients use."""

    def __init__(self, site: Site, user: str, key: str = "") -> None:
        self._site = site
        self._line = [*PIPED, "-i", key or site.key(user), "-S", f"/root/mux-{user}", f"{user}@127.0.0.1"]

    def __enter__(self) -> "Connection":
        self._master = self._site.machine.start(*self._line[:-1], "-M", "-N", self._line[-1])
        wait_until(lambda: self._site.machine.run(*self._line[:-1], "-O", "check", "x").returncode == 0)
        return self

    def __exit__(self, *_: object) -> None:
        self._site.machine.run(*self._line[:-1], "-O", "exit", "x")
        self._master.wait(20)

    def run(self, words: Sequence[bytes], given: bytes = b"") -> bytes:
        """All that `ssh host words` prints."""
        line: list[str | bytes] = [*self._site.machine.inside(*self._line), "--", *words]
        done = subprocess.run(line, input=given, capture_output=True, env=ENVIRONMENT, timeout=60, check=False)
        return done.stdout + done.stderr


class Terminal(Deployed):
    """`ssh host` at a terminal."""

    name = "ssh-terminal"

    def attack(self, attacker: Attacker, attempts: Sequence[Attempt]) -> Seen:
        """Type all of them."""
        self.begin()
        typist = Typist(self.entrance(attacker))
        type_all(typist, attacker, attempts, self.folder)
        return Seen(typist.output, self.started())

    def entrance(self, attacker: Attacker) -> Callable[[], Any]:
        """How the attacker comes in."""
        line = [*CLIENT, "-e", "none", "-t", "-i", self.site.key(attacker.name), f"{attacker.name}@127.0.0.1"]
        return lambda: spawn(self.site.machine.inside(*line), ENVIRONMENT)


class Console(Terminal):
    """/bin/login on a terminal of the machine."""

    name = "console"
    login = "/bin/login"
    """What runs on the terminal. script(1), which makes that, starts it by a shell; what follows is watched."""
    options = ""
    allowed = LOGIN

    def begin(self) -> None:
        """Forget what was started before."""
        super().begin()
        self._logs: list[str] = []

    def let_in(self) -> list[str]:
        """What those who let the attacker in have started since then."""
        found = [trace.programs(self.site.machine.path(log).read_text().splitlines()) for log in self._logs]
        return [one for programs in found for one in programs[programs.index(self.login) + 1:]]

    def entrance(self, attacker: Attacker) -> Callable[[], Any]:
        """How the attacker comes in."""
        def enter() -> Any:
            self._logs.append(f"/root/trace-console-{attacker.name}-{len(self._logs)}")
            on_terminal = ("/usr/bin/script", "-q", "-c", f"{self.login} {self.options}", "/dev/null")
            line = trace.under(self._logs[-1], *on_terminal)
            child = spawn(self.site.machine.inside(*line), ENVIRONMENT)
            self.identify(child, attacker)
            return child
        return enter

    def identify(self, child: Any, attacker: Attacker) -> None:
        """Log in."""
        child.expect(b"login: ")
        child.send(attacker.name + "\r")
        child.expect(PROMPT.encode())
        child.send(PASSWORD + "\r")


DOORS = (Command, Batch, Terminal, Console)
