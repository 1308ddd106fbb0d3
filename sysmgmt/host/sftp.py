"""SFTP, by paramiko: only to the server that shows the host key with the fingerprint that was accepted.

OpenSSH's own client would need another program to hand it a password; paramiko (the extra upload)
takes it as a value, tells refusals apart, and writes what comes in pieces.
"""

import logging
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EMSGSIZE
from typing import TYPE_CHECKING, Any

from sysmgmt.domain import ssh_keys
from sysmgmt.domain.errors import ServerRefused, ServerUnreachable, UploadFailed, UploadNotInstalled
from sysmgmt.domain.uploads import Goal
from sysmgmt.host.uploads import LOGIN, TRUSTED, Passed

if TYPE_CHECKING:
    from paramiko import SFTPClient, Transport

WEAK = ("sha1", "md5", "cbc", "3des", "arcfour", "ssh-dss", "group1-")
"""What no algorithm that is spoken has in its name; ssh-rsa signs with SHA-1."""
LONGEST = 1 << 18
"""Bytes of a packet, as OpenSSH has it."""


class _Bounded:
    """A connection on which no packet is longer than any has to be: the library would gather one of 4 GB.

    Whoever answers could announce one, before it has shown who it is.
    """

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain

    def recv(self, most: int) -> bytes:
        """The next bytes. Raises OSError."""
        if most > LONGEST:
            raise OSError(EMSGSIZE, "its answer has no end")
        return self._plain.recv(most)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


def host_key(plain: socket.socket, server: str, patience: float) -> str:
    """The fingerprint of the host key that a server shows. Raises ServerUnreachable, UploadNotInstalled."""
    transport, shown = _met(plain, server, patience)
    transport.close()
    return shown


def _met(plain: socket.socket, server: str, patience: float) -> "tuple[Transport, str]":
    """An encrypted connection with whoever is there, and the fingerprint of its host key.

    Raises ServerUnreachable, UploadNotInstalled, EOFError, OSError.
    """
    try:
        import paramiko
    except ImportError:
        raise UploadNotInstalled() from None
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # it would write tracebacks to standard error
    bounded: Any = _Bounded(plain)
    transport = paramiko.Transport(bounded)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience
    allowed = transport.get_security_options()
    for kind in ("ciphers", "digests", "key_types", "kex"):
        setattr(allowed, kind, [one for one in getattr(allowed, kind)
                                if one != "ssh-rsa" and not any(weak in one for weak in WEAK)])
    try:
        transport.start_client(timeout=patience)
        key = transport.get_remote_server_key()
    except BaseException as problem:
        transport.close()
        if isinstance(problem, (OSError, EOFError)) or not isinstance(problem, Exception):
            raise
        # whatever a library makes of hostile bytes
        raise ServerUnreachable(server=server, reason="no SSH connection comes about; it does not answer, or "
                                                      "speaks nothing that is secure") from None
    return transport, ssh_keys.fingerprint(f"{key.get_name()} {key.get_base64()}")


class Sftp:
    """A connection on which somebody has logged in. Raises ServerRefused, UploadFailed, ServerUnreachable."""

    def __init__(self, goal: Goal, plain: socket.socket, patience: float, passed: Passed) -> None:
        self._server = goal.target.server
        self._transport, shown = _met(plain, self._server, patience)
        try:
            if shown != goal.target.host_key:
                raise ServerRefused(server=self._server, reason=f"its host key has the fingerprint {shown}")
            passed(TRUSTED)
            self._client = self._logged_in(goal, patience, passed)
        except BaseException:
            self._transport.close()
            raise

    def _logged_in(self, goal: Goal, patience: float, passed: Passed) -> "SFTPClient":
        import paramiko

        try:
            self._transport.auth_password(goal.target.user, goal.password)
        except paramiko.SSHException:
            raise UploadFailed(server=self._server, reason="it refuses the user or the password") from None
        passed(LOGIN)
        with self._speaking():
            try:
                client = paramiko.SFTPClient.from_transport(self._transport)
            except (paramiko.SSHException, EOFError):
                client = None
        if client is None:
            raise UploadFailed(server=self._server, reason="it offers no SFTP")
        channel: Any = client.get_channel()
        channel.settimeout(patience)
        return client

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """See Speaker."""
        with self._speaking(), self._client.open(path, "wb") as file:
            file.set_pipelined(True)
            for piece in pieces:
                file.write(piece)

    def rename(self, old: str, new: str) -> None:
        """See Speaker."""
        with self._speaking():
            self._client.posix_rename(old, new)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        import paramiko

        try:
            yield
        except OSError as problem:
            raise self._failed(problem) from None
        except (paramiko.SFTPError, struct.error, UnicodeError):
            raise UploadFailed(server=self._server, reason="what it answers is no SFTP") from None

    def _failed(self, problem: OSError) -> UploadFailed:
        import os

        if isinstance(problem, TimeoutError):
            return UploadFailed(server=self._server, reason="it does not answer any more")
        words = os.strerror(problem.errno) if problem.errno else "it writes nothing there, or the connection broke off"
        return UploadFailed(server=self._server, reason=words)

    def close(self) -> None:
        """See Speaker."""
        self._transport.close()
