"""A terminal lent to the fork server, which has the shells loaded already: all that a login waits for.

This process stays the one that the kernel, sshd and boxmgmtd know of the session. It makes each
connection to boxmgmtd and hands it over, gives signals on, and ends with the status of the shell.
Where the fork server does not answer, the whole shell is loaded here. Like an errand it imports
nothing but what the standard library is made of: it stays for as long as the session.
"""

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would cost more than the rest
    from typing import Any, NoReturn

PATIENCE = 3.0
"""Seconds that the fork server may take to begin; after that the whole shell is loaded."""
LAST_WORDS = 5
"""Seconds that the shell has to end after it was told to."""
CONNECT, NOT_CONNECTED, READY, END = b"C", b"N", b"R", b"E"
"""What the two say to each other. Any other byte is the number of a signal."""
LOST = 7
"""The status of ServiceLost."""


def lend(sessions: str, box: str, program: str) -> None:
    """Have the fork server at `sessions` run `program` at this terminal, and exit with its status.

    `box` is the socket of boxmgmtd. Returns where there is no terminal or no fork server.
    """
    if not all(posix.isatty(one) for one in range(3)):
        return
    import _signal  # type: ignore[import-not-found]  # a part of CPython that its stubs leave out
    import _socket
    import resource
    import termios

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    interrupt = _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # Python would show a traceback
    before = termios.tcgetattr(0)  # the shell will change it
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(sessions)
        _send(connection, program.encode() + b"\0" + posix.environ.get(b"TERM", b"")[:64], 0, 1, 2)
        begun = connection.recv(1) == READY
        connection.settimeout(None)
    except OSError:
        begun = False
    if begun:
        _serve(connection, box, before)
    connection.close()
    _signal.signal(_signal.SIGINT, interrupt)


def _serve(connection: "Any", box: str, before: "list[Any]") -> "NoReturn":
    """Do for the shell what only this process can; exits with its status. `before` is how the terminal was."""
    import termios

    _give_signals(connection)
    while said := _received(connection):
        if said[:1] == END and said[1:]:
            posix._exit(said[1])
        if said == CONNECT:
            _connect(connection, box)
    try:
        termios.tcsetattr(0, termios.TCSANOW, before)
        posix.write(2, b"\nError: The connection to the box was lost.\nHint: Log in again.\n")
    except (OSError, termios.error):
        pass  # nobody is there any more
    posix._exit(LOST)


def _give_signals(connection: "Any") -> None:
    """From here on signals are the shell's; what it would ignore is ignored."""
    import _signal

    def give_on(number: int, frame: object) -> None:
        if number in (_signal.SIGHUP, _signal.SIGTERM):
            _signal.alarm(LAST_WORDS)
        try:
            connection.send(bytes([number]))
        except OSError:
            pass  # it is over: the next word says so

    for number in (_signal.SIGTSTP, _signal.SIGQUIT, _signal.SIGTTIN, _signal.SIGTTOU):
        _signal.signal(number, _signal.SIG_IGN)
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGWINCH):
        _signal.signal(number, give_on)


def _received(connection: "Any") -> bytes:
    try:
        return bytes(connection.recv(2))
    except OSError:
        return b""


def _connect(connection: "Any", box: str) -> None:
    """Make a connection to boxmgmtd, which knows the session by whoever makes it, and hand it over."""
    import _socket

    made = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        made.connect(box)
        _send(connection, CONNECT, made.fileno())
    except OSError:
        _send(connection, NOT_CONNECTED)
    made.close()


def _send(connection: "Any", message: bytes, *descriptors: int) -> None:
    """Send `message` with `descriptors`. Raises OSError."""
    import _socket

    raw = b"".join(one.to_bytes(4, sys.byteorder) for one in descriptors)
    connection.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, raw)] if raw else [])
