"""Questions. Where there is nobody to answer them, a shell has no Asker, and nothing is asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from sysmgmt.domain.errors import Cancelled, ConfirmationNeeded, MissingValue, refusals
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.declaration import TEXT, Command, Parameter, Shown
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Answer, Request
from sysmgmt.screen.output import Output

MOST_LISTED = 20
"""Choices that a question lists."""
EXPLAIN = "?"
"""The answer that asks what the question means."""


class Asker(Protocol):
    """Who answers questions. Every method raises Cancelled where a person breaks off."""

    def text(self, about: str, offers: Sequence[str]) -> str:
        """The value of a parameter; `offers` are values to choose from."""

    def secret(self, about: str, twice: bool) -> str:
        """A value that is not shown, with `twice` typed again and compared."""

    def confirm(self, question: str) -> None:
        """Return if the answer is yes, else raise Cancelled."""

    def reject(self, message: str) -> bool:
        """Say that an answer cannot be used; whether it may be given again."""

    def explain(self, *lines: str) -> bool:
        """Say what can be answered; whether anybody reads it."""


def ask(asker: Asker, one: Parameter, question: str, offers: Sequence[str]) -> str:
    """Ask for one parameter; `?` is answered with what it can be, where it is no text. Raises Cancelled."""
    if one.word.secret:
        return asker.secret(question, one.word.twice)
    while (typed := asker.text(question, offers)) == EXPLAIN and one.word.syntax != TEXT:
        if not asker.explain(*_explained(one, offers)):
            break
    return typed


def _explained(one: Parameter, offers: Sequence[str]) -> Iterator[str]:
    """The line of help on a parameter, what its values mean, and of what there is the first: the question lists few."""
    yield f"{one.name}={one.word.syntax}: {one.word.about}."
    for value, meaning in one.word.meanings:
        yield f"  {value}: {meaning}"
    if len(offers) > MOST_LISTED:
        yield f"Tab completes one of {len(offers)}: {', '.join(offers[:MOST_LISTED])}, ..."


def tell_rule(asker: Asker, one: Parameter, offers: Sequence[str]) -> None:
    """Tell what is asked of a secret that somebody is to choose, before it is asked for."""
    if one.word.secret and offers:
        asker.explain(*offers)


def ask_required(asker: Asker, door: Door, command: Command, texts: dict[str, str]) -> Answer | None:
    """Ask for the parameters that are due and that `texts` lacks, in their order. Raises Cancelled.

    Nothing is asked beside a value that cannot be used; the answer then, which is recorded.
    """
    given = [*texts]
    for lack in lacking(door, command, texts, [one for one in command.parameters if one.is_due(texts)]):
        while given:
            if refusal := door.check(command.name, given.pop(0), texts):
                return refusal
        _fill_in(asker, door, command, lack, texts)
        if refusal := unproven(door, command, lack[0], texts):
            return refusal
    return None


def unproven(door: Door, command: Command, one: Parameter, texts: Mapping[str, str]) -> Answer | None:
    """Why the value of `one`, which was just given, does not prove who asks, or None.

    While more is to be asked for, a dry run comes to what is still missing, once it has compared the value.
    """
    if not one.word.proves or not any(more.required and more.name not in texts for more in command.parameters):
        return None
    answer = door.run(Request(command.name, texts, dry_run=True))
    return answer if answer.code != MissingValue.__name__ else None


def _fill_in(asker: Asker, door: Door, command: Command, lack: tuple[Parameter, Sequence[str]],
             texts: dict[str, str]) -> None:
    """Ask for a parameter until its value can be used, and put it into `texts`. Raises Cancelled.

    One that proves who asks is asked for once: of what is wrong with it, nothing may be mended by another try.
    """
    one, offers = lack
    tell_rule(asker, one, offers)
    texts[one.name] = ask(asker, one, one.word.about, offers)
    while not one.word.proves and (wrong := door.check(command.name, one.name, texts)):
        if not asker.reject(f"Error: {wrong.message}"):
            break
        texts[one.name] = ask(asker, one, one.word.about, offers)


def ask_lacked(asker: Asker, door: Door, command: Command, request: Request, answer: Answer) -> Request | None:
    """The request with what its answer says that it lacks, or None: it lacks nothing that can be asked for.

    What may be left out as a rule may have to be said the first time: only the engine knows. Raises Cancelled.
    """
    texts = dict(request.texts)
    for one in command.parameters if answer.code == MissingValue.__name__ else ():
        named = str(MissingValue(command=command.name, parameter=one.name))
        if answer.message == named and one.name not in texts:
            _fill_in(asker, door, command, (one, door.offers(command.name, one.name, texts)), texts)
            return request._replace(texts=texts)
    return None


def lacking(door: Door, command: Command, texts: Mapping[str, str],
            parameters: Sequence[Parameter]) -> Iterator[tuple[Parameter, list[str]]]:
    """The `parameters` that `texts` lacks, each with what could stand for it, while there is something to choose.

    Where there is nothing, the engine says so, and no further question has a sense.
    """
    for one in parameters:
        if one.name not in texts and not one.word.unless(texts):
            offers = door.offers(command.name, one.name, texts)
            if one.word.none and not offers:
                return
            yield one, offers


def cancelled(command: Command | None) -> Cancelled:
    """That a person broke off: of what only shows nobody asks whether it has changed something."""
    return Cancelled("Cancelled.") if command is not None and command.kind is Shown else Cancelled()


def run_confirmed(asker: Asker, door: Door, request: Request, listening: Listening = NOBODY) -> Answer:
    """Run a request, confirmed by a person where that is needed, again if the question changes. Raises Cancelled."""
    answer = door.run(request, listening)
    while answer.code == ConfirmationNeeded.__name__:
        question = answer.message or ""
        asker.confirm(question)
        request = request._replace(answered=question, texts={**request.texts, **answer.confirms})
        answer = door.run(request, listening)._replace(confirmed=True)
    return answer


def again(output: Output, answer: Answer) -> bool:
    """Whether somebody has mistyped an answer, who is then told to give it again."""
    mistyped = any(one.__name__ == answer.code for one in refusals() if one.askable)
    if mistyped:
        output.tell("Answer again, or press Ctrl-C to cancel.")
    return mistyped
