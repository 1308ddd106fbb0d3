"""One line carried to boxmgmtd and what comes back, for `ssh host command`: all that a command waits for.

boxmgmtd holds the conversation that the shell would (see `shown`). So that this costs little more
than starting Python, it imports neither the catalog nor the packages `json` and `socket`, but what
these are made of. Whatever is out of the ordinary is left to the whole shell.
"""

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would cost as much as the errand
    from typing import Any, NoReturn

LONGEST = 10_000
"""Characters of a line that go this way; quoted they fit into a message of a stranger."""
OUT, ERR = 1, 2
UNWRITABLE, BROKEN_PIPE = 6, 141
CALLS = '{"method": "io.boxmgmt.Enter"}\0{"method": "io.boxmgmt.Line", "parameters": {"line": %s}}\0'
"""Both at once. As long as the first is not answered, the second has not been begun."""


class Plain:
    """JSON without anything special: what the scanner of `json` wants to know."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, str


def carry(path: str, words: list[str]) -> None:
    """Run the line of `-c LINE` and exit with its status; return where that takes the whole shell."""
    if len(words) != 2 or words[0] != "-c" or not _is_plain(words[1]):
        return
    try:
        import _json
        import _signal  # type: ignore[import-not-found]
        import _socket
        import resource

        read: "Any" = _json.make_scanner(Plain)  # type: ignore[arg-type]
    except (ImportError, AttributeError):
        return  # details of this interpreter that another one need not have
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what the line holds
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        _signal.signal(number, _leave)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    replies = _replies(connection, path, CALLS % _json.encode_basestring_ascii(words[1]))
    if replies:
        _finish(words[1], read(replies[1].decode(), 0)[0] if len(replies) == 2 else None)


def _is_plain(line: str) -> bool:
    """Whether nothing but the line is needed: no value from standard input, nobody who could be asked."""
    return len(line) <= LONGEST and "=-" not in line and None not in (sys.stdin, sys.stdout, sys.stderr) \
        and not posix.isatty(0)


def _leave(number: int, frame: object) -> "NoReturn":
    posix._exit(128 + number)


def _replies(connection: "Any", path: str, calls: str) -> list[bytes]:
    """The replies that came back whole: none if nothing has been begun, one if nobody knows what became of it."""
    text, missing = bytearray(), 2
    try:
        connection.connect(path)
        connection.sendall(calls.encode())
        while missing > 0 and (chunk := connection.recv(65536)):
            text += chunk
            missing -= chunk.count(b"\0")
    except OSError:
        pass  # what has come so far tells enough
    return bytes(text).split(b"\0")[:-1]


def _finish(line: str, reply: "dict[str, Any] | None") -> None:
    """Write what there is to show and exit; return if boxmgmtd knows no such call."""
    if reply is None:
        _say_lost(line)
    elif "error" not in reply:
        for piece in reply["parameters"]["shown"]:
            _write(piece["stream"], piece["text"])
        posix._exit(reply["parameters"]["status"])


def _write(stream: int, text: str) -> None:
    """Write to a standard stream as the whole shell would; exits where nobody takes the answers."""
    raw = text.encode(sys.stdout.encoding, "backslashreplace")
    try:
        while raw:
            raw = raw[posix.write(stream, raw):]
    except OSError as problem:
        if stream == OUT and isinstance(problem, BrokenPipeError):
            posix._exit(BROKEN_PIPE)
        if stream == OUT:
            _write(ERR, f"Error: The answer could not be written ({problem.strerror}).\n")
            posix._exit(UNWRITABLE)


def _say_lost(line: str) -> "NoReturn":
    from sysmgmt.domain.errors import ServiceLost
    from sysmgmt.engine.request import refused
    from sysmgmt.screen.output import Output

    answer = refused(None, ServiceLost())
    Output(sys.stdout, sys.stderr).answer(answer, "--json" in line.split())
    posix._exit(answer.status)
