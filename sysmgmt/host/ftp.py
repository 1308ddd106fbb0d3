"""FTP with TLS for commands and for data, and without any where somebody has insisted."""

import ftplib
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sysmgmt.domain.errors import ServerUnreachable, UploadFailed
from sysmgmt.domain.truststore import Trust
from sysmgmt.domain.uploads import FTPS, Goal
from sysmgmt.host import connections
from sysmgmt.host.uploads import LOGIN, TRUSTED, Passed


def login(goal: Goal, plain: socket.socket, context: Callable[[Trust, str], ssl.SSLContext],
          passed: Passed) -> "Ftp":
    """Log in on a connection. Raises ServerRefused, ServerUnreachable, UploadFailed, OSError."""
    target = goal.target
    speaker: ftplib.FTP = _Tls(context=context(goal.trust, target.server)) if target.protocol == FTPS else ftplib.FTP()
    _take_over(speaker, plain, target.server)
    try:
        speaker.welcome = speaker.getresp()
        if isinstance(speaker, ftplib.FTP_TLS):
            speaker.auth()
            passed(TRUSTED)
        speaker.login(target.user, goal.password)
        passed(LOGIN)
        if isinstance(speaker, ftplib.FTP_TLS):
            speaker.prot_p()
        speaker.voidcmd("TYPE I")
    except ftplib.Error as problem:
        raise _refusal(target.server, problem) from None
    return Ftp(speaker, target.server)


def _take_over(speaker: ftplib.FTP, plain: socket.socket, server: str) -> None:
    """Have ftplib speak on a connection that is there already."""
    speaker.host, speaker.timeout = server, plain.gettimeout()
    speaker.sock, speaker.af = plain, plain.family
    speaker.file = plain.makefile("r", encoding=speaker.encoding)


def _refusal(server: str, problem: Exception) -> UploadFailed | ServerUnreachable:
    """What is wrong, as far as the server may say it: what it says of a login could hold the password."""
    code = str(problem)[:3]
    if code in ("530", "532"):
        return UploadFailed(server=server, reason="it refuses the user or the password")
    if code in ("500", "502", "504", "534"):
        return ServerUnreachable(server=server, reason="it speaks no FTP with TLS")
    return UploadFailed(server=server, reason=f"it answered {connections.printable(str(problem))}")


class _Tls(ftplib.FTP_TLS):
    """FTP over TLS whose data connections go on with the session of the first one, as most servers demand."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """See FTP."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        first: Any = self.sock
        found: socket.socket = self.context.wrap_socket(connection, server_hostname=self.host, session=first.session)
        return found, size


class Ftp:
    """A connection on which somebody has logged in."""

    def __init__(self, speaker: ftplib.FTP, server: str) -> None:
        self._speaker = speaker
        self._server = server

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """See Speaker."""
        try:
            with self._speaker.transfercmd(f"STOR {path}") as data:
                for piece in pieces:
                    data.sendall(piece)
                if isinstance(data, ssl.SSLSocket):
                    data.unwrap()
            self._speaker.voidresp()
        except ftplib.Error as problem:
            raise _refusal(self._server, problem) from None

    def rename(self, old: str, new: str) -> None:
        """See Speaker."""
        try:
            self._speaker.rename(old, new)
        except ftplib.Error as problem:
            raise _refusal(self._server, problem) from None

    def close(self) -> None:
        """See Speaker."""
        with suppress(*ftplib.all_errors):
            self._speaker.close()
