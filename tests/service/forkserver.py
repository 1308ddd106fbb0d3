"""A real fork server beside a boxmgmtd, and users at terminals of theirs."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pexpect

from tests.service.daemon import Daemon, for_all

NOBODY = 65534
LISTENER = 3


class ForkServer:
    """The fork server as systemd runs it: as a user without rights, behind a socket that it was given."""

    def __init__(self, daemon: Daemon, listener: socket.socket) -> None:
        self._daemon = daemon
        self._listener = listener
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind("")  # a name of the kernel's choice
            notified.settimeout(30)
            place = "@" + notified.getsockname()[1:].decode()

            def become() -> None:
                os.dup2(self._listener.fileno(), LISTENER)
                os.set_inheritable(LISTENER, True)  # also where it was that one already
            process = subprocess.Popen([self._daemon.launcher("sessions")], preexec_fn=become, close_fds=False,
                                       user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
                                       env=for_all()[1] | {"NOTIFY_SOCKET": place})
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


@contextmanager
def listening(daemon: Daemon) -> Iterator[socket.socket]:
    """The socket of the fork server, which nobody serves yet."""
    path: Path = daemon.path.with_name("sessions.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(128)
        try:
            yield listener
        finally:
            path.unlink()


@contextmanager
def forking(daemon: Daemon) -> Iterator[ForkServer]:
    """A fork server for a while; its sessions end with it."""
    with listening(daemon) as listener:
        server = ForkServer(daemon, listener)
        try:
            yield server
        finally:
            for one in server.sessions():
                os.kill(one, signal.SIGKILL)
            server.process.kill()
            server.process.wait()


def at_terminal(daemon: Daemon, uid: int, program: str = "sysmgmt") -> "pexpect.spawn[str]":
    """The login shell of a user of the box at a terminal."""
    def become() -> None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    child = pexpect.spawn(daemon.launcher(program), encoding="utf-8", timeout=20, preexec_fn=become, cwd="/",
                          env=for_all()[1] | {"TERM": "xterm"}, dimensions=(24, 80))
    child.delaybeforesend = None
    return child
