"""A pristine Debian machine with systemd booted, and a box on it that was deployed as the manual says."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pexpect

from tests.doors.machine import ENVIRONMENT, HOME, TIMEOUT, Done, Machine, child_of
from tests.doors.site import CONNECT, Site
from tests.doors.trees import tree, wheels
from tests.support.waiting import wait_until

SCRIPT = Path(__file__).parent / "booted.sh"
BOOT = 90
"""Seconds that a start may take."""


class Booted(Machine):
    """A machine with its own systemd. `console` is its console, at which a real getty waits."""

    def __init__(self, release: str) -> None:
        self._daemons = []
        self.console = pexpect.spawn("/bin/bash", [str(SCRIPT), str(tree(release))], encoding="utf-8",
                                     env=ENVIRONMENT | {"TERM": "vt100"}, dimensions=(50, 200), timeout=20)
        self.console.delaybeforesend = None
        self._wait_for_start()

    def stop(self) -> None:
        """Switch it off for good."""
        self.console.kill(9)
        self.console.close(force=True)
        for one in self._daemons:
            one.kill()
            one.wait()
        wait_until(lambda: not forgotten(self.console.pid), BOOT)

    def restart(self) -> None:
        """Switch it off and on again."""
        self.hush()
        self.do("/usr/bin/systemctl", "--no-block", "poweroff")
        self._wait_for_start()

    def hush(self) -> None:
        """End the getty at the console, and forget what has been seen there."""
        self.do("/usr/bin/systemctl", "stop", "console-getty.service")
        self.do("/bin/sh", "-c", "echo it has ended > /dev/console")
        self.console.expect("it has ended")

    def lay_cable(self, device: str) -> None:
        """Give the machine a network device, whose cable ends at the neighbour's device of that name."""
        self.neighbour("ip", "link", "add", device, "type", "veth", "peer", "name", device, "netns", self._first)
        self.neighbour("ip", "link", "set", device, "up")

    def neighbour(self, *command: str) -> Done:
        """Run a command on this machine's file system, in the network of the neighbour."""
        holder = str(child_of(self.console.pid))
        return subprocess.run(["nsenter", "-t", holder, "-n", "--", *command], env=ENVIRONMENT, timeout=TIMEOUT,
                              capture_output=True, check=False)

    def start_at_neighbour(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command of the machine's file system that goes on, in the network of the neighbour."""
        return self.serve_at_neighbour("chroot", f"/proc/{self._first}/root", *command)

    def serve_at_neighbour(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command of the host that goes on, in the network of the neighbour."""
        holder = str(child_of(self.console.pid))
        daemon = subprocess.Popen(["nsenter", "-t", holder, "-n", "--", *command], env=ENVIRONMENT,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._daemons.append(daemon)
        return daemon

    def _wait_for_start(self) -> None:
        self.console.expect("login: ", timeout=BOOT)
        self._first = first_process(self.console.pid)
        wait_until(lambda: self.run("/usr/bin/systemctl", "is-system-running").stdout == b"running\n", BOOT)


class Pristine(Site):
    """A machine on which nothing has been deployed; the programs are installed in it."""

    def __init__(self, release: str) -> None:
        self.machine: Booted = Booted(release)
        self.home = HOME
        self.python = "/usr/bin/python3"
        with tempfile.TemporaryDirectory() as folder:
            product = wheels(release, Path(folder))
            self.machine.path("/opt/wheels").mkdir()
            for one in product.parent.iterdir():
                self.machine.path(f"/opt/wheels/{one.name}").write_bytes(one.read_bytes())
        self.product = f"/opt/wheels/{product.name}"
        self.install(HOME)

    def install(self, home: str) -> None:
        """Install the product in a virtual environment at `home`."""
        self.machine.do("/usr/bin/python3", "-m", "venv", home)
        self.machine.do(f"{home}/bin/pip", "install", "--quiet", "--no-index", "--find-links=/opt/wheels",
                        self.product)

    def deploy(self, *options: str) -> Done:
        """Run boxmgmtd --deploy."""
        return self.machine.run(f"{self.home}/bin/boxmgmtd", "--deploy", *options)

    def serve(self) -> None:
        """Start boxmgmtd, unless it has been."""
        self.order("start", "boxmgmtd")
        wait_until(lambda: self.machine.run(self.python, "-c", CONNECT).returncode == 0)

    def stop_serving(self) -> str:
        """End boxmgmtd; what it printed."""
        self.order("stop", "boxmgmtd")
        return self.said()

    def serve_sessions(self) -> None:
        """Nothing has to be done: systemd has started the fork server."""

    def open_ssh(self) -> None:
        """Nothing has to be done: systemd has started sshd."""

    def order(self, *words: str) -> str:
        """Give systemd an order."""
        return self.machine.do("/usr/bin/systemctl", *words)

    def said(self) -> str:
        """What boxmgmtd has printed since the machine was started."""
        return self.machine.do("/usr/bin/journalctl", "--no-pager", "-o", "cat", "-b", "-u", "boxmgmtd")

    def fact(self, unit: str, name: str) -> str:
        """A property of a unit, as systemd tells it."""
        return self.order("show", "--value", "-p", name, unit).strip()


def forgotten(pid: int) -> list[Path]:
    """The control groups of a machine that are still there; those without a process go."""
    tops = [Path("/sys/fs/cgroup", one, f"boxmgmt-{pid}") for one in (".", "systemd", "unified")]
    for top in tops:
        for folder, _, _ in os.walk(top, topdown=False):
            with suppress(OSError):
                os.rmdir(folder)
    return [one for one in tops if one.exists()]


def first_process(pid: int) -> str:
    """The first process of the machine that `pid` holds."""
    found = [str(pid)]
    for one in found:
        ids = next(line for line in Path(f"/proc/{one}/status").read_text().splitlines() if line.startswith("NSpid:"))
        if len(ids.split()) > 3 and ids.split()[-1] == "1":
            return one
        found += Path(f"/proc/{one}/task/{one}/children").read_text().split()
    raise AssertionError("the machine has no first process")
