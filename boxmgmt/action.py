"""One item of the menu that runs a command: ask its words, run it, show the answer and its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from boxmgmt import spelling
from boxmgmt.answers import NoAnswer
from boxmgmt.menu import Run
from sysmgmt.commands import support
from sysmgmt.domain.errors import Cancelled, InvalidValue, MissingValue, Refusal
from sysmgmt.domain.progress import Listening
from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.engine import following
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.ask import Asker, again, ask, ask_lacked, cancelled, lacking, run_confirmed, tell_rule, unproven
from sysmgmt.screen.output import Output


class Site(NamedTuple):
    """Where an action happens; `patient` if somebody is there who can be asked again."""

    door: Door
    output: Output
    asker: Asker
    patient: bool


def is_hidden(command: Command, door: Door) -> bool:
    """Whether the caller must enable the advanced support commands before `command` exists (R245)."""
    return command.advanced and not door.caller.advanced


def perform(site: Site, item: Run) -> Answer:
    """Do what the item says and show what became of it."""
    while True:
        texts = dict(item.given)
        with _unhidden(site.door, item.command):
            answer = _attempt(site, item, texts)
        site.output.answer(answer, paged=not following.is_wanted(item.command, Request(item.command.name, texts)))
        if not (site.patient and set(texts) - set(item.given) and again(site.output, answer)):
            break
    if not answer.status and not site.output.as_json:
        site.output.say(f"In Sysmgmt: {_line(site, item.command, texts, answer.confirmed)}")
    return answer


@contextmanager
def _unhidden(door: Door, command: Command) -> Iterator[None]:
    """The menu shows its advanced items to those who may enable them, and enables them for one action."""
    hidden = is_hidden(command, door)
    if hidden:
        door.run(Request(support.enable_advanced_support_commands.name))
    try:
        yield
    finally:
        if hidden:
            door.run(Request(support.disable_advanced_support_commands.name))


def _attempt(site: Site, item: Run, texts: dict[str, str]) -> Answer:
    """Ask for what `texts` lacks, and run the command."""
    command = item.command
    try:
        if not site.door.barred(command.name):  # else it only answers why
            if refusal := _ask_all(site, item, texts):
                return refusal
        return _carried_out(site, command, texts)
    except NoAnswer:
        return site.door.run(_unanswered(command))
    except MissingValue as refusal:
        return site.door.run(refused(command.name, refusal)._replace(hint=None))
    except Cancelled:
        return site.door.run(refused(command.name, cancelled(command)))
    except Refusal as refusal:  # a line that cannot be used
        return site.door.run(refused(command.name, refusal))


def _carried_out(site: Site, command: Command, texts: dict[str, str]) -> Answer:
    """Run the command. Who is there is asked for what it turns out to lack, and that is put into `texts`.

    The hint of a value that is missing is for who writes a line: the menu has asked for it. Raises Cancelled.
    """
    request = Request(command.name, texts)
    with site.output.progress() as report:
        answer = run_confirmed(site.asker, site.door, request, Listening(report))
    if site.patient and (more := ask_lacked(site.asker, site.door, command, request, answer)):
        texts.update(more.texts)
        return _carried_out(site, command, texts)
    return answer._replace(hint=None) if answer.code == MissingValue.__name__ else answer


def _unanswered(command: Command) -> Answer:
    refusal = InvalidValue(what=f"The input ended in the middle of the questions of {command.name}")
    return refused(command.name, refusal)._replace(hint="Every question takes one line, also a blank one.")


def _ask_all(site: Site, item: Run, texts: dict[str, str]) -> Answer | None:
    """Ask for every parameter that is not given. A blank answer leaves it out. Raises MissingValue.

    The answer that the command has come to before all was asked, or None.
    """
    command = item.command
    for one, offers in lacking(site.door, command, texts, item.questions):
        tell_rule(site.asker, one, offers)
        answer = ask(site.asker, one, _question(command, one), offers)
        while answer and _is_rejected(site, command, one, {**texts, one.name: answer}):
            answer = ask(site.asker, one, _question(command, one), offers)
        if answer:
            texts[one.name] = answer
            if site.patient and (refusal := unproven(site.door, command, one, texts)):
                return refusal
        elif one.required:
            texts[one.name] = ""
            raise MissingValue(command=command.name, parameter=one.name)
    return None


def _is_rejected(site: Site, command: Command, one: Parameter, texts: dict[str, str]) -> bool:
    """Whether an answer cannot be used and may be given again; one that proves who asks is given once."""
    if not site.patient or one.word.proves:
        return False  # the command itself refuses it, once
    wrong = site.door.check(command.name, one.name, texts)
    return wrong is not None and site.asker.reject(f"Error: {wrong.message}")


KEEPING = ("set", "config", "modify", "schedule")
"""With these words begin the names of commands that leave as it is what is not given."""


def _question(command: Command, one: Parameter) -> str:
    if one.required:
        return one.word.about
    keeps = command.name.partition("_")[0] in KEEPING and one.default is None
    return f"{one.word.about} ({'blank keeps the present value' if keeps else 'may be left blank'})"


def _line(site: Site, command: Command, texts: dict[str, str], confirmed: bool) -> str:
    line = spelling.line(command, texts, confirmed)
    return f"{line} (after enable_advanced_support_commands)" if is_hidden(command, site.door) else line
