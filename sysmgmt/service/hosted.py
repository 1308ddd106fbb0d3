"""A session in a process of the fork server: at the terminal, and with the connections, that its client hands over."""

import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from functools import partial
from typing import NoReturn

from sysmgmt.host import confinement
from sysmgmt.screen.keyboard import Keyboard
from sysmgmt.screen.program import Program, run
from sysmgmt.service.client import ServiceDoor
from sysmgmt.service.lend import CONNECT, END, LAST_WORDS, NOT_CONNECTED, PATIENCE, READY

LONGEST = 1024
"""Bytes of what a client says first."""
GIVEN_ON = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH})


def host(connection: socket.socket, box: str, programs: Mapping[str, Program], keyboard: Keyboard) -> NoReturn:
    """Be the shell that a client asks for, over the boxmgmtd at `box`, until it ends.

    Raises OSError, ValueError, KeyError before it begins.
    """
    confinement.begin()
    os.setsid()
    connection.settimeout(PATIENCE)
    said, descriptors, _, _ = socket.recv_fds(connection, LONGEST, 3)
    program, terminal = said.decode(errors="replace").split("\0")
    shell = programs[program]
    for number, descriptor in zip(range(3), descriptors, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ["TERM"] = terminal
    sys.argv = [program, "--socket", box]
    connection.settimeout(None)
    connection.send(READY)
    client = Client(connection)
    run(shell._replace(door=partial(ServiceDoor, connect=client.connected), keyboard=keyboard), client.leave)


class Client:
    """The process that lends its terminal. What it gives on arrives here as if this process had been meant."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connections: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._is_asked = False
        threading.Thread(target=self._heed, args=(threading.get_ident(),), daemon=True).start()

    def connected(self, path: str) -> socket.socket:
        """A connection to boxmgmtd that the client has made. Raises OSError."""
        self._is_asked = True
        self._connection.send(CONNECT)
        descriptor = self._connections.get()
        if descriptor is None:
            raise ConnectionRefusedError(path)
        return socket.socket(fileno=descriptor)

    def leave(self, status: int) -> NoReturn:
        """End with a status, which the client ends with too."""
        try:
            self._connection.send(END + bytes([status]))
        finally:
            os._exit(status)

    def _heed(self, shell: int) -> None:
        """Take what the client says; `shell` is the thread of the shell. Without a client the session is over."""
        while word := self._word():
            if word[0] in GIVEN_ON:
                signal.pthread_kill(shell, word[0])
        self._connections.put(None)
        signal.pthread_kill(shell, signal.SIGHUP)
        threading.Event().wait(LAST_WORDS)
        os._exit(128 + signal.SIGHUP)

    def _word(self) -> bytes:
        try:
            word, descriptors, _, _ = socket.recv_fds(self._connection, 1, 1)
        except OSError:
            return b""
        if word in (CONNECT, NOT_CONNECTED) and self._is_asked:
            self._is_asked = False
            self._connections.put(descriptors.pop() if descriptors else None)
        for one in descriptors:  # what nobody asked for
            os.close(one)
        return word
