"""A real fork server beside a boxmgmtd, and users at terminals of theirs."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pexpect

from tests.support.boxmgmtd import Boxmgmtd, for_all
from tests.support.forkserver import listening, start


class ForkServer:
    """The fork server, with its sessions."""

    def __init__(self, launcher: str, listener: socket.socket) -> None:
        self._launcher = launcher
        self._listener = listener
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind("")  # a name of the kernel's choice
            notified.settimeout(30)
            address = "@" + notified.getsockname()[1:].decode()
            process = start(self._launcher, self._listener, for_all()[1] | {"NOTIFY_SOCKET": address})
            assert notified.recv(64) == b"READY=1"
        return process

    def restart(self) -> None:
        """End it, but not its sessions, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def sessions(self) -> list[int]:
        """Its processes."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(one) for one in file.read().split() if _is_alive(int(one))]


def _is_alive(pid: int) -> bool:
    with suppress(OSError), open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"
    return False


def place(daemon: Boxmgmtd) -> str:
    """Where the launchers of a daemon look for the fork server."""
    return str(daemon.path.with_name("sessions.sock"))


@contextmanager
def forking(daemon: Boxmgmtd, launcher: str = "") -> Iterator[ForkServer]:
    """A fork server for a while, or what another launcher starts; its sessions end with it."""
    with listening(place(daemon)) as listener:
        server = ForkServer(launcher or daemon.launcher("sessions"), listener)
        try:
            yield server
        finally:
            for one in server.sessions():
                os.kill(one, signal.SIGKILL)
            server.process.kill()
            server.process.wait()


def at_terminal(daemon: Boxmgmtd, uid: int, program: str = "sysmgmt", term: str = "xterm") -> "pexpect.spawn[str]":
    """The login shell of a user of the box at a terminal."""
    def become() -> None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    child = pexpect.spawn(daemon.launcher(program), encoding="utf-8", timeout=20, preexec_fn=become, cwd="/",
                          env=for_all()[1] | {"TERM": term}, dimensions=(24, 80))
    child.delaybeforesend = None
    return child
