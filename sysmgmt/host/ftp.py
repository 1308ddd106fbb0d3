"""FTP with TLS for commands and for data, and without any where somebody has insisted."""

import ftplib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sysmgmt.domain.errors import ServerUnreachable, UploadFailed
from sysmgmt.domain.truststore import Trust
from sysmgmt.domain.uploads import FTPS, Goal
from sysmgmt.host import connections
from sysmgmt.host.uploads import LOGIN, TRUSTED, Passed


MOST_LINES = 100
"""Of one answer; a login takes at most as long as ANSWERS of them may."""
ANSWERS = 8


def login(goal: Goal, plain: socket.socket, context: Callable[[Trust, str], ssl.SSLContext],
          passed: Passed) -> "Ftp":
    """Log in on a connection. Raises ServerRefused, ServerUnreachable, UploadFailed, OSError."""
    target = goal.target
    speaker: ftplib.FTP = _Tls(context=context(goal.trust, target.server)) if target.protocol == FTPS else _Plain()
    _take_over(speaker, plain, target.server)
    found = Ftp(speaker, target.server, goal.password)
    with found.speaking(), connections.bounded(plain, ANSWERS * (plain.gettimeout() or 0)):
        speaker.welcome = speaker.getresp()
        if isinstance(speaker, ftplib.FTP_TLS):
            speaker.auth()
            passed(TRUSTED)
        speaker.login(target.user, goal.password)
        passed(LOGIN)
        if isinstance(speaker, ftplib.FTP_TLS):
            speaker.prot_p()
        speaker.voidcmd("TYPE I")
    return found


def _take_over(speaker: ftplib.FTP, plain: socket.socket, server: str) -> None:
    """Have ftplib speak on a connection that is there already."""
    speaker.host, speaker.timeout = server, plain.gettimeout()
    speaker.sock, speaker.af = plain, plain.family
    speaker.file = plain.makefile("r", encoding=speaker.encoding)


class _Plain(ftplib.FTP):
    """FTP with somebody whose answers may have no end."""

    _lines = 0

    def getmultiline(self) -> str:
        """See FTP. Raises ftplib.Error."""
        self._lines = 0
        return super().getmultiline()

    def getline(self) -> str:
        """See FTP. Raises ftplib.Error."""
        self._lines += 1
        if self._lines > MOST_LINES:
            raise ftplib.error_proto(f"more than {MOST_LINES} lines at once")
        return super().getline()


class _Tls(_Plain, ftplib.FTP_TLS):
    """FTP over TLS whose data connections go on with the session of the first one, as most servers demand."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """See FTP."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        first: Any = self.sock
        found: socket.socket = self.context.wrap_socket(connection, server_hostname=self.host, session=first.session)
        return found, size


class Ftp:
    """A connection on which somebody has logged in."""

    def __init__(self, speaker: ftplib.FTP, server: str, secret: str) -> None:
        self._speaker = speaker
        self._server = server
        self._secret = secret

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """See Speaker."""
        with self.speaking():
            with self._speaker.transfercmd(f"STOR {path}") as data:
                for piece in pieces:
                    data.sendall(piece)
                if isinstance(data, ssl.SSLSocket):
                    data.unwrap()
            self._speaker.voidresp()

    def rename(self, old: str, new: str) -> None:
        """See Speaker."""
        with self.speaking():
            self._speaker.rename(old, new)

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Have what the server says against it raised as a refusal."""
        try:
            yield
        except ftplib.Error as problem:
            raise self._refusal(str(problem)) from None
        except UnicodeError:
            raise UploadFailed(server=self._server, reason="what it answers is no text") from None

    def _refusal(self, said: str) -> UploadFailed | ServerUnreachable:
        """What is wrong, as far as the server may say it: its words could hold the password."""
        if said[:3] in ("530", "532"):
            return UploadFailed(server=self._server, reason="it refuses the user or the password")
        if said[:3] in ("500", "502", "504", "534"):
            return ServerUnreachable(server=self._server, reason="it speaks no FTP with TLS")
        return UploadFailed(server=self._server, reason=f"it answered {connections.said(said, self._secret)}")

    def close(self) -> None:
        """See Speaker."""
        with suppress(*ftplib.all_errors):
            self._speaker.close()
