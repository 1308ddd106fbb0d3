"""Real services of others that a test starts, bothers and ends, each a child of the test."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

PATIENCE = 20.0
"""Seconds until one must answer, or must be gone."""


class Daemon:
    """A service that can be started again: the `command` of it, and whether it `listens`."""

    def __init__(self, command: list[str], listens: Callable[[], bool], log: Path | None = None,
                 environment: dict[str, str] | None = None) -> None:
        self._command, self._listens, self._log, self._environment = command, listens, log, environment
        self._process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; it listens on return."""
        with open(self._log, "ab") if self._log else TemporaryFile() as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
            deadline = time.monotonic() + PATIENCE
            while not self._listens():
                assert self._process.poll() is None and time.monotonic() < deadline, os.pread(log.fileno(), 10_000, 0)
                time.sleep(0.01)  # until it listens

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None

    @contextmanager
    def running(self) -> Iterator[Self]:
        """It, for the time of a test."""
        try:
            self.start()
            yield self
        finally:
            self.end()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)


def at_port(command: list[str], port: int) -> Daemon:
    """A service that takes connections at a port."""
    return Daemon(command, lambda: answers(port))


def answers(port: int) -> bool:
    """Whether somebody takes connections at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
