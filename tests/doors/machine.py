"""The throw-away machine, as tests use it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect

ROOT = Path(__file__).parent.parent.parent
SCRIPT = Path(__file__).parent / "machine.sh"
PACKAGES = {"/usr/sbin/sshd": "openssh-server", "/usr/bin/ssh": "openssh-client", "/usr/bin/script": "bsdutils",
            "/usr/bin/xauth": "xauth", "/usr/bin/rsync": "rsync"}
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TERM": "dumb", "HOME": "/root"}
TIMEOUT = 60
HOME = "/opt/boxmgmt"
"""Where the programs are installed in the machine: readable by all, written by root alone."""

Done = subprocess.CompletedProcess[bytes]


def check_host() -> None:
    """Fail, and never skip, where the tests of the doors cannot run: else nobody would notice."""
    assert os.geteuid() == 0, "the tests of the doors need root"
    for program, package in PACKAGES.items():
        assert os.path.exists(program), f"install {package}"
    assert list(Path("/usr/lib").rglob("libnss_extrausers.so.2")), "install libnss-extrausers"


class Machine:
    """A machine of its own. Ends with `stop`, and every process in it."""

    def __init__(self) -> None:
        check_host()
        self._holder = subprocess.Popen(["/bin/bash", str(SCRIPT)], stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n", "the machine does not start"
        self._first = str(child_of(self._holder.pid))
        self._daemons: list[subprocess.Popen[bytes]] = []

    def stop(self) -> None:
        """Switch it off."""
        self._holder.kill()
        self._holder.wait()
        for one in self._daemons:
            one.wait()

    def inside(self, *command: str) -> list[str]:
        """The command line that runs `command` in the machine."""
        first = self._first
        return ["nsenter", "-t", first, "-m", "-u", "-i", "-n", "-p", f"--root=/proc/{first}/root",
                f"--wd=/proc/{first}/root", "--", *command]

    @property
    def network(self) -> tuple[str, ...]:
        """The beginning of a command line that runs a program of the host in the network of the machine."""
        return ("nsenter", "-t", self._first, "-n", "--")

    def run(self, *command: str, given: bytes = b"", user: str = "") -> Done:
        """Run a command to its end, as root or as `user`."""
        who = ["/usr/sbin/runuser", "-u", user, "--"] if user else []
        return subprocess.run(self.inside(*who, *command), input=given, capture_output=True, env=ENVIRONMENT,
                              timeout=TIMEOUT, check=False)

    def do(self, *command: str, given: bytes = b"") -> str:
        """Run a command that must succeed; what it prints."""
        done = self.run(*command, given=given)
        assert done.returncode == 0, (command, done)
        return done.stdout.decode()

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command that goes on."""
        daemon = subprocess.Popen(self.inside(*command), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._daemons.append(daemon)
        return daemon

    def at_terminal(self, *command: str) -> Any:
        """A command on a terminal."""
        line = self.inside(*command)
        child = pexpect.spawn(line[0], line[1:], env=ENVIRONMENT, encoding="utf-8", timeout=20,
                              dimensions=(50, 200))
        child.delaybeforesend = None
        return child

    def path(self, name: str) -> Path:
        """A file of the machine, as seen from outside."""
        return Path(f"/proc/{self._first}/root") / name.lstrip("/")

    def exists(self, name: str) -> bool:
        """Whether something has that name in the machine."""
        return self.run("/usr/bin/test", "-e", name).returncode == 0


def install(machine: Machine) -> str:
    """Install the programs of this checkout in the machine; the interpreter that runs them."""
    machine.do("/bin/mkdir", "-p", f"{HOME}/lib")
    machine.do("/bin/cp", "-r", sys.prefix, f"{HOME}/venv")
    machine.do("/bin/cp", "-r", str(ROOT / "sysmgmt"), str(ROOT / "boxmgmt"), str(ROOT / "man"),
               f"{HOME}/lib")
    machine.do("/bin/chown", "-R", "root:root", HOME)
    machine.do("/bin/chmod", "-R", "u+rwX,go+rX,go-w", HOME)
    return f"{HOME}/venv/bin/python"


def child_of(pid: int) -> int:
    """The first child of a process."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
