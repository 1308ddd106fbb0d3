"""Bringing files to others: a file has its name once it has arrived as a whole, and the server is who it has to be."""

import posixpath
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sysmgmt.domain.errors import ServerUnreachable
from sysmgmt.domain.times import HOUR
from sysmgmt.domain.truststore import Trust
from sysmgmt.domain.uploads import SFTP, TEMPORARY, Goal
from sysmgmt.host import connections

if TYPE_CHECKING:  # it takes longer to import than most commands to run
    from ssl import SSLContext

    Context = Callable[[Trust, str], SSLContext]

PATIENCE, LONGEST = 15.0, 6.0 * HOUR
"""Seconds that a server may take for one answer, and for everything."""
NAME, PORT, TRUSTED, LOGIN, STORED = STEPS = ("name", "port", "trusted", "login", "stored")
"""The steps on the way to a server."""
Passed = Callable[[str], None]


class Speaker(Protocol):
    """A connection on which somebody has logged in."""

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file. Raises UploadFailed, OSError."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name; one that has that name goes. Raises UploadFailed, OSError."""

    def close(self) -> None:
        """Hang up."""


class FileUploads:
    """`sysmgmt.engine.ports.Uploads`; `context` makes what TLS is spoken with."""

    def __init__(self, context: "Context", patience: float = PATIENCE) -> None:
        self._context = context
        self._patience = patience

    def host_key(self, server: str, port: int) -> str:
        """See the port."""
        from sysmgmt.host import sftp  # brings paramiko

        with self._connected(server, port, lambda step: None) as plain:
            return sftp.host_key(plain, server, self._patience)

    def send(self, goal: Goal, name: str, pieces: Iterable[bytes], passed: Passed) -> None:
        """See the port."""
        target = goal.target
        path = posixpath.join(target.directory, name)
        with self._connected(target.server, target.port, passed) as plain:
            speaker = self._speaker(goal, plain, passed)
            try:
                speaker.put(path + TEMPORARY, pieces)
                speaker.rename(path + TEMPORARY, path)
                passed(STORED)
            finally:
                speaker.close()

    def _speaker(self, goal: Goal, plain: socket.socket, passed: Passed) -> Speaker:
        if goal.target.protocol == SFTP:
            from sysmgmt.host import sftp  # brings paramiko

            return sftp.Sftp(goal, plain, self._patience, passed)
        from sysmgmt.host import ftp  # brings ftplib

        return ftp.login(goal, plain, self._context, passed)

    @contextmanager
    def _connected(self, server: str, port: int, passed: Passed) -> Iterator[socket.socket]:
        """A connection, and what goes wrong with it in words. Raises ServerUnreachable."""
        try:
            address = connections.resolved(server, port)
            passed(NAME)
            with socket.create_connection(address, self._patience) as plain, connections.bounded(plain, LONGEST):
                passed(PORT)
                yield plain
        except (OSError, EOFError, ValueError) as problem:
            raise ServerUnreachable(server=server, reason=connections.words(problem)) from None
