"""A real boxmgmtd in a process of its own, and clients of it."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sysmgmt.service.deployment.launchers import launchers
from sysmgmt.service.deployment.site import Site
from tests.support.box import TestBox
from tests.support.program import ENVIRONMENT


@cache
def for_all() -> tuple[str, dict[str, str]]:
    """A Python with the project that every user may run, and the environment for it.

    The one of the tests, or a copy of it where a folder above is private.
    """
    probe = subprocess.run([sys.executable, "-c", "import sysmgmt.box"], user=65000, group=65000, extra_groups=[],
                           env=ENVIRONMENT, capture_output=True) if _is_open(sys.executable) else None
    if probe is not None and probe.returncode == 0:
        return sys.executable, ENVIRONMENT
    place = Path(tempfile.mkdtemp(prefix="boxmgmt-tests-", dir="/var/tmp"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    root = Path(__file__).parents[2]
    subprocess.run(["cp", "-r", sys.prefix, str(place / "venv")], check=True)
    subprocess.run(["cp", "-r", *(str(root / one) for one in ("sysmgmt", "boxmgmt", "tests")), str(place)], check=True)
    subprocess.run(["chmod", "-R", "go+rX", str(place)], check=True)
    return str(place / "venv/bin/python"), ENVIRONMENT | {"PYTHONPATH": str(place)}


def _is_open(path: str) -> bool:
    """Whether every folder above a program, and above what it links to, lets everybody through."""
    above = {*Path(path).absolute().parents, *Path(path).resolve().parents}
    return all(one.stat().st_mode & 0o001 for one in above)


class Boxmgmtd:
    """boxmgmtd over the state of a box; `under` is what watches it, as the beginning of its command line."""

    def __init__(self, box: TestBox, path: Path, under: Sequence[str] = ()) -> None:
        self.box = box
        self.path = path
        self._under = under
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [*self._under, sys.executable, "-m", "sysmgmt.service", "--state", str(self.box.folder),
                   "--socket", str(self.path)]
        process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)  # until it listens
        return process

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.path))
            except OSError:
                return False
            return True

    def end(self, how: int = signal.SIGTERM) -> int:
        """End it; its status."""
        self.process.send_signal(how)
        return self.process.wait(10)

    def restart(self, how: int = signal.SIGTERM) -> None:
        """End it and start it again."""
        self.end(how)
        self.process = self._start()

    def run(self, text: str, *options: str, uid: int | None = None) -> "subprocess.CompletedProcess[bytes]":
        """A batch of sysmgmt, as another uid if one is given."""
        python, environment = (sys.executable, ENVIRONMENT) if uid is None else for_all()
        command = [python, "-m", "sysmgmt", "--socket", str(self.path), *options]
        return subprocess.run(command, input=text.encode(), capture_output=True, env=environment, timeout=60,
                              cwd="/", user=uid, group=uid, extra_groups=[] if uid else None)

    def launcher(self, name: str = "sysmgmt") -> str:
        """The path of a launcher as --deploy writes it, for every user."""
        python, environment = for_all()
        site = Site(python, environment["PYTHONPATH"], str(self.box.folder), str(self.path),
                    str(self.path.with_name("sessions.sock")))
        path = self.path.with_name(name)
        path.write_bytes(launchers(site, "/")[site.launcher(name)].content)
        path.chmod(0o755)
        return str(path)

    def connect(self) -> "Raw":
        """A connection that speaks the wire's language, or anything else."""
        return Raw(self.path)


def call(method: str, **parameters: Any) -> dict[str, Any]:
    """One call of our interface, as it is sent."""
    return {"method": f"io.boxmgmt.{method}", "parameters": parameters}


class Raw:
    """A connection by hand."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))  # waits while too many others do
        self.socket.settimeout(20)
        self._arrived = b""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of our interface."""
        return self.ask(f"io.boxmgmt.{method}", **parameters)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of any interface."""
        return self.say(json.dumps({"method": method, "parameters": parameters}).encode())

    def say(self, message: bytes) -> dict[str, Any]:
        """Send a message; the answer."""
        self.socket.sendall(message + b"\0")
        found: dict[str, Any] = json.loads(self.read())
        return found

    def read(self) -> bytes:
        """The next message that comes back; b'' where the connection was closed."""
        while b"\0" not in self._arrived:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                return b""
            if not chunk:
                return b""
            self._arrived += chunk
        message, _, self._arrived = self._arrived.partition(b"\0")
        return message


@contextmanager
def running(box: TestBox, under: Sequence[str] = ()) -> Iterator[Boxmgmtd]:
    """A boxmgmtd for the time of a test."""
    place = Path("/run") / f"boxmgmt-test-{os.getpid()}-{id(box)}"
    place.mkdir(mode=0o755)
    daemon = Boxmgmtd(box, place / "box.sock", under)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.end()
        for one in place.iterdir():
            one.unlink()
        place.rmdir()
