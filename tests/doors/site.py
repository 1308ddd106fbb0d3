"""A deployed box in a throw-away machine: the real deployment, boxmgmtd, sshd and login."""

import json
import os
import signal
import subprocess
from typing import Any

from tests.doors.machine import HOME, Done, Machine, child_of, install
from tests.support.waiting import wait_until

LIBRARY = "/usr/lib/boxmgmt"
SESSIONS, SHELL_USER = "/run/boxmgmt-sessions.sock", "boxmgmt-shell"
ASK_FOR_NOTHING = f"""import socket
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.connect({SESSIONS!r})
client.send(b"nothing")
assert client.recv(1) == b\"\""""
SOCKET = "/run/boxmgmt/box.sock"
STATE = "/var/lib/boxmgmt"
PASSWORDS = {"admin": "Admin-Pass-12", "carol": "Carol-Pass-1", "bob": "Bob-Pass-123"}
"""Users that the tests begin with: administrator, admin, monitor."""
ROLES = {"carol": "admin", "bob": "monitor"}
PROMPT = r"(?i)password: ?$"
CLIENT = ("/usr/bin/ssh", "-F", "/dev/null", "-o", "UserKnownHostsFile=/root/known",
          "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10",
          "-o", "ConnectionAttempts=3")
"""sshd listens to nobody for a moment when it is told to read its files again, as after the first login of all."""
PIPED = (*CLIENT, "-o", "BatchMode=yes")


class Site:
    """The machine, and its boxmgmtd and sshd."""

    def __init__(self) -> None:
        self.machine = Machine()
        try:
            self.python = install(self.machine)
        except BaseException:
            self.machine.stop()
            raise
        self._served: subprocess.Popen[bytes] | None = None

    def deploy(self, *options: str) -> Done:
        """Run boxmgmtd --deploy."""
        return self.machine.run("/usr/bin/env", f"PYTHONPATH={HOME}/lib", self.python, "-m", "sysmgmt.service",
                                "--deploy", *options)

    def serve(self, *program: str) -> None:
        """Start boxmgmtd as its unit does, or another program that is one."""
        self._served = self.machine.start(*(program or (f"{LIBRARY}/boxmgmtd",)), "--state", STATE, "--socket", SOCKET)
        wait_until(lambda: self.machine.run(self.python, "-c", CONNECT).returncode == 0)

    def stop_serving(self, how: int = signal.SIGTERM) -> str:
        """End boxmgmtd; what it printed."""
        assert self._served is not None
        os.kill(child_of(self._served.pid), how)
        out, _ = self._served.communicate(timeout=20)
        return out.decode()

    def serve_sessions(self) -> None:
        """Start the fork server as its units do, and wait until it has answered somebody."""
        self.machine.start("/usr/bin/systemd-socket-activate", "--seqpacket", f"--listen={SESSIONS}",
                           "/usr/bin/setpriv", f"--reuid={SHELL_USER}", f"--regid={SHELL_USER}", "--clear-groups",
                           "--no-new-privs", f"{LIBRARY}/sessions")
        wait_until(lambda: self.machine.run(self.python, "-c", ASK_FOR_NOTHING).returncode == 0)
        self.machine.do("/bin/chmod", "666", SESSIONS)

    def open_ssh(self) -> None:
        """Start sshd as Debian configures it."""
        self.machine.do("/usr/sbin/sshd")  # which goes to the background before it listens
        wait_until(lambda: self.machine.run("/bin/bash", "-c", "< /dev/tcp/127.0.0.1/22").returncode == 0)

    def begin(self) -> None:
        """Deploy, install the box through the socket, add users, and open the doors."""
        done = self.deploy()
        assert done.returncode == 0, done
        self.serve()
        self.as_admin(f'install name=box1 level=basic password="{PASSWORDS["admin"]}"', login=False)
        for name, role in ROLES.items():
            self.as_admin(f'add_user name={name} role={role} password="{PASSWORDS[name]}" must_change=no')
        self.serve_sessions()
        self.open_ssh()

    def as_admin(self, *lines: str, login: bool = True) -> str:
        """Run lines as admin over the socket; they must succeed."""
        who: tuple[str, ...] = ()
        if login:
            self.machine.do("/bin/sh", "-c", "umask 077; cat > /root/admin.password",
                            given=PASSWORDS["admin"].encode())
            who = ("--user", "admin", "--password-file", "/root/admin.password")
        return self.machine.do(f"{LIBRARY}/sysmgmt", *who, given="\n".join(lines).encode() + b"\n")

    def audit(self) -> list[dict[str, Any]]:
        """All audit records, oldest first."""
        return [json.loads(line) for line in self.machine.do("/bin/cat", f"{STATE}/audit.journal").splitlines()]

    def sessions(self) -> list[dict[str, Any]]:
        """The open sessions."""
        found: list[dict[str, Any]] = json.loads(self.as_admin("get_sessions --json"))["result"]["sessions"]
        return found

    def key(self, name: str) -> str:
        """A new key of the machine's root that the user `name` may log in with; its path."""
        path = f"/root/key-{name}"
        if not self.machine.exists(path):
            self.machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path)
            public = self.machine.do("/bin/cat", path + ".pub").strip()
            self.as_admin(f'add_ssh_key name={name} key="{public}"')
        return path

    def by_key(self, name: str, *words: str, given: bytes = b"", options: tuple[str, ...] = ()) -> Done:
        """`ssh name@box words` with a key."""
        return self.machine.run(*PIPED, "-i", self.key(name), *options, f"{name}@127.0.0.1", *words, given=given)

    def by_password(self, name: str, *words: str, options: tuple[str, ...] = ()) -> Any:
        """`ssh name@box words` at a terminal, at the first prompt for a password."""
        child = self.machine.at_terminal(*CLIENT, "-o", "PubkeyAuthentication=no", *options, f"{name}@127.0.0.1",
                                         *words)
        child.expect(PROMPT)
        return child

    def at_console(self, name: str) -> Any:
        """/bin/login on a terminal, at the prompt for a password."""
        child = self.machine.at_terminal("/usr/bin/script", "-q", "-c", "/bin/login", "/dev/null")
        child.expect("login: ")
        child.sendline(name)
        child.expect(PROMPT)
        return child

    def scan(self) -> bytes:
        """The host key that sshd shows; nothing in the milliseconds in which it listens to nobody."""
        return self.machine.run("/usr/bin/ssh-keyscan", "-t", "ed25519", "127.0.0.1").stdout

    def stop(self) -> None:
        """Switch the machine off."""
        self.machine.stop()


CONNECT = f"import socket; socket.socket(socket.AF_UNIX).connect({SOCKET!r})"
"""What a terminal is told besides text."""
