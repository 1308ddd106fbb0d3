"""Batches: lines from a pipe, or one command, without cmd2, rich or prompt_toolkit."""

from sysmgmt.domain.errors import InvalidValue, NotApplied, Refusal
from sysmgmt.engine import language
from sysmgmt.engine.door import MOST_BYTES, MOST_LINES
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen import loading
from sysmgmt.screen.conversation import Conversation
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.streams import Unwritable
from sysmgmt.screen.taker import Taker


class Place:
    """Where in a batch the command stands that is being answered; 0 is no batch."""

    def __init__(self, lines: Lines) -> None:
        self.number = 0
        self._lines = lines

    def mark(self) -> None:
        """It stands in the line that was read last."""
        self.number = self._lines.number

    def __call__(self) -> str:
        """What stands before a message."""
        return f"line {self.number}: " if self.number else ""


def run(taker: Taker, lines: Lines) -> None:
    """Give line after line to `taker`, until the end of the input or its own."""
    loading.end()
    over = False
    while not over:
        try:
            line = lines.next()
            over = line is None or taker.take(line)
        except Refusal as refusal:
            over = taker.refuse(refusal)


def run_together(conversation: Conversation, lines: Lines, place: Place) -> None:
    """Read all lines, carry out all of them or none, then answer each."""
    loading.end()
    gathered = _gather(conversation, lines)
    answers = conversation.door.run_together([request for _, request, _ in gathered])
    culprit = next((one for one in answers if one.status and one.code != NotApplied.__name__), None)
    try:
        for (place.number, _, as_json), answer in zip(gathered, answers, strict=True):
            conversation.finish(answer, as_json)
    except Unwritable as end:
        end.is_done = any(one.is_carried_out for one in answers)  # all of them were, before the first was answered
        raise
    conversation.status = culprit.status if culprit else conversation.status


def _gather(conversation: Conversation, lines: Lines) -> list[tuple[int, Request | Answer, bool]]:
    gathered: list[tuple[int, Request | Answer, bool]] = []
    while True:
        try:
            line = lines.next()
            if line is None:
                return gathered
            if lines.number > MOST_LINES or lines.size > MOST_BYTES:
                raise InvalidValue(what=f"An --atomic batch has at most {MOST_LINES} lines and 16 MiB")
        except Refusal as refusal:
            return [*gathered, (lines.number, refused(None, refusal), False)]
        if language.is_blank(line):
            continue
        number = lines.number
        request, as_json = conversation.read(line)
        gathered.append((number, request, as_json))
        if isinstance(request, Request) and request.command == "quit":
            return gathered
