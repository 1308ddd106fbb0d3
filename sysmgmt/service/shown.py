"""One line of a shell, carried out here: what the shell would show for it, and its exit status.

For `ssh host command`: `errand` sends the line and writes what comes back. It is the conversation
of every shell, held over the connection's own door, with nobody to ask and no standard input.
"""

from collections.abc import Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

from sysmgmt.engine import language
from sysmgmt.screen import program, shells
from sysmgmt.screen.batch import Place
from sysmgmt.screen.client import Client
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.options import Options
from sysmgmt.screen.output import Output
from sysmgmt.service.values import text
from sysmgmt.service.wire import Garbled

if TYPE_CHECKING:
    from sysmgmt.service.visit import Visit

OUT, ERR = 1, 2
"""The standard streams by their descriptors."""
SHELL = program.Program("sysmgmt", shells.serve)
_NO_INPUT = Lines(-1)


class Stream(StringIO):
    """A standard stream of the client. What is written is added to `pieces`, which both of them share."""

    def __init__(self, number: int, pieces: list[tuple[int, str]]) -> None:
        super().__init__()
        self._number = number
        self._pieces = pieces

    def write(self, words: str) -> int:
        """Add `words` behind what was written to either stream before."""
        self._pieces.append((self._number, words))
        return len(words)


def line(visit: "Visit", given: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `sysmgmt -c` does with a line. Raises Garbled for one whose values stand on standard input.

    So it does for one that answers with raw bytes: the whole shell takes those piece by piece.
    """
    said = text(given.get("line"))
    if language.awaited(said):
        raise Garbled("there is no standard input")
    command = visit.house.catalog.get(language.command_of(said))
    if command and command.streams:
        raise Garbled("it is not one text")
    pieces: list[tuple[int, str]] = []
    output = Output(Stream(OUT, pieces), Stream(ERR, pieces))
    client = Client(Options(command=said), visit.door, visit.house.catalog, output, _NO_INPUT,
                    Place(_NO_INPUT), None)
    status = program.visit(client, SHELL, visit.leave)
    return {"status": status, "shown": [{"stream": number, "text": words} for number, words in pieces]}
