"""One declaration per command: its name, signature, docstring and `needs`.

Everything else is made from it: parser, completion, permission check, audit, masking, help,
manual page, menu item. A wrong declaration is refused when its module is loaded.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.progress import Report, Sink, unheard
from sysmgmt.engine.ports import Box
from sysmgmt.engine.reading import Reading
from sysmgmt.engine.request import Caller

ANYONE, EVERYBODY, BEFORE_INSTALLATION, OWN_WORK = "anyone", "everybody", "before installation", "box"
"""What `needs` may be besides a permission: anyone who is logged in; everybody, logged in or not;
nobody, as long as the box is not installed; the box itself (no shell shows it, no request from
outside runs it)."""
MAKERS_OF_ROOM, SOUND_BOX = "those who make room", "on a sound box"
"""What `reserve` may be besides yes and no (see `sysmgmt.engine.authorization.makes_room`)."""
TEXT = "TEXT"
"""The syntax of what may be any text, also a question mark."""
_NAME = re.compile("[a-z][a-z_]{0,63}")
_NUMBERS = re.compile(r" \([RABCD]\d[^)]*\)")
"""Which rules a command implements: for those who read its code."""


def _nothing(state: State) -> Iterable[str]:
    return ()


def _never(texts: Mapping[str, str]) -> bool:
    return False


def _anywhere(box: Box) -> None:
    pass


class Word(NamedTuple):
    """A noun that commands are about: how it is asked for, read, completed and shown.

    `read` turns text into a value or raises a refusal; slow work goes through the Reading.
    `offers_to` stands for `offers` where that depends on the user who asks, `offers_from` where somebody
    else has to be asked, with what the other parameters are: it raises KeyError or a refusal while it cannot.
    `bare` lets the text stand without its parameter's name; `twice` has a person type it twice.
    `none` is what is said where nothing can be chosen; `recorded` makes of the text what the audit
    keeps of it; a `block` has many lines, and a person who gives it as `-` is asked for it. With the other
    texts that `unless` says it is not needed, and not asked for: the value is "" then. A `phrase` may have several
    words without quotes where it stands without its name. In its place the parameter `instead` may be given: one of
    both has to be, and a person who gives neither is asked for this one. `meanings` says what single values are.
    Of a secret nothing is offered; `wants` is what is asked of one that somebody chooses, in a sentence.
    One that `proves` who asks is compared before a person is asked for more; that counts as any attempt.
    """

    about: str
    read: Callable[[str, Reading], Any]
    syntax: str = TEXT
    offers: Callable[[State], Iterable[str]] = _nothing
    secret: bool = False
    twice: bool = False
    bare: bool = False
    none: str = ""
    recorded: Callable[[str], str] = str
    block: bool = False
    phrase: bool = False
    offers_to: Callable[[State, str], Iterable[str]] | None = None
    offers_from: Callable[[Reading], Iterable[str]] | None = None
    unless: Callable[[Mapping[str, str]], bool] = _never
    instead: str = ""
    meanings: Sequence[tuple[str, str]] = ()
    wants: Callable[[Reading], str] | None = None
    proves: bool = False

    def offered(self, state: State, user: str) -> Iterable[str]:
        """What may be offered to a user."""
        return self.offers_to(state, user) if self.offers_to else self.offers(state)


class Parameter(NamedTuple):
    """One parameter of a command."""

    name: str
    word: Word
    required: bool
    default: Any

    def is_due(self, texts: Mapping[str, str]) -> bool:
        """Whether a person who gives `texts` has to be asked for it."""
        return self.required or bool(self.word.instead and self.word.instead not in texts)


class Call(NamedTuple):
    """What a command's function is given besides its values. `now` is in seconds since 1970.

    `report` tells whoever waits how far it has come; nobody hears a Change, which is made under the lock.
    `sink` takes raw bytes, where there is somebody who takes them.
    """

    state: State
    caller: Caller
    now: float
    box: Box
    catalog: Mapping[str, "Command"]
    report: Report = unheard
    sink: Sink | None = None


class Change(NamedTuple):
    """Answer of a command that changes the state: the state after it, what to show of it.

    `notes` are facts that the audit keeps besides. `afterwards` looks at what to show once the
    machine has followed; it is not asked in a dry run or for a batch that is carried out together.
    `download` is a text that is written as it stands, in the place of what is shown. `decided_by` is the permission
    that it takes to confirm or undo the change if it waits for that, where it is not that of the command.
    """

    state: State
    shows: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    caller: Caller | None = None
    notes: Mapping[str, Any] = {}
    afterwards: Callable[[], Mapping[str, Any]] | None = None
    download: str = ""
    decided_by: str = ""


class Shown(NamedTuple):
    """Answer of a command that changes nothing; `caller` replaces what the session knows of itself.

    `refusal` is what the facts come to, where they are not as they should be.
    """

    facts: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    caller: Caller | None = None
    refusal: Refusal | None = None


def _good(facts: Mapping[str, Any]) -> None:
    return None


class Act(NamedTuple):
    """Answer of a command that acts outside the state: `run` is done after everything was checked.

    `judge` says what its facts come to, where they are not as they should be.
    """

    run: Callable[[], Mapping[str, Any] | None]
    warnings: tuple[str, ...] = ()
    judge: Callable[[Mapping[str, Any]], Refusal | None] = _good


Outcome = Change | Shown | Act
Question = str | Callable[[Reading, Mapping[str, Any]], str]
"""What has to be confirmed; made of what is read and the values where it depends on them, "" if it need not be.

It raises ConfirmationNeeded by itself for what takes a parameter besides, with which a script says that it knows.
"""
F = TypeVar("F", bound=Callable[..., Outcome])


class Command(NamedTuple):
    """A declared command."""

    name: str
    run: Callable[..., Outcome]
    needs: Permission | str
    summary: str
    details: str
    parameters: tuple[Parameter, ...]
    kind: type
    asks: Question
    scope: str
    advanced: bool
    reserve: bool | str
    while_due: bool
    alone: bool
    streams: bool
    checks: Callable[[Box], None]

    def parameter(self, name: str) -> Parameter | None:
        """The parameter `name`, or None."""
        for one in self.parameters:
            if one.name == name:
                return one
        return None


class BadDeclaration(TypeError):
    """A command is declared wrongly; the text says how."""


def command(*, needs: Permission | str, asks: Question = "", scope: str = "", advanced: bool = False,
            reserve: bool | str = False, while_due: bool = False,
            alone: bool = False, streams: bool = False,
            checks: Callable[[Box], None] = _anywhere) -> Callable[[Callable[..., Outcome]], Command]:
    """Declare the decorated function as a command.

    `asks` is the question to confirm before it runs; `scope` names the parameter whose consistency group the caller
    must be allowed to act on; `advanced` hides it until the support commands are enabled; `reserve` lets it use
    reserved space on a full disk, and run after a self-test that failed: MAKERS_OF_ROOM only if its parameter
    `name` is one of them, SOUND_BOX not after that; `while_due` allows it to a user who must change the password
    first; `alone` refuses it in an --atomic batch, as it acts outside the state besides; what `streams` answers
    with raw bytes. `checks` raises why this box cannot do it, whatever the values are: none is asked for then
    (`sysmgmt.engine.machines`). Raises BadDeclaration.
    """
    def declare(function: Callable[..., Outcome]) -> Command:
        if not _NAME.fullmatch(function.__name__):
            raise BadDeclaration(f"{function.__name__}: the name of a command has up to 64 small letters and _, "
                                 "and begins with a letter")
        summary, details = _documentation(function)
        parameters = tuple(_parameters(function))
        if scope and scope not in [one.name for one in parameters]:
            raise BadDeclaration(f"{function.__name__}: scope {scope} is not one of its parameters")
        return Command(function.__name__, function, needs, summary, details, parameters, _kind(function),
                       asks, scope, advanced, reserve, while_due, alone, streams, checks)
    return declare


def _documentation(function: Callable[..., Outcome]) -> tuple[str, str]:
    lines = [line.strip() for line in (function.__doc__ or "").strip().splitlines()]
    if not lines or not lines[0].endswith("."):
        raise BadDeclaration(f"{function.__name__}: the docstring must begin with a sentence")
    return _NUMBERS.sub("", lines[0]), _NUMBERS.sub("", "\n".join(lines[1:]).strip())


def _parameters(function: Callable[..., Outcome]) -> Iterable[Parameter]:
    code, defaults = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[1:code.co_argcount]
    first_optional = len(names) - len(defaults)
    for place, name in enumerate(names):
        word = _word(function.__annotations__.get(name))
        if word is None:
            raise BadDeclaration(f"{function.__name__}: parameter {name} is not declared with a word")
        required = place < first_optional
        yield Parameter(name, word, required, None if required else defaults[place - first_optional])


def _word(annotation: Any) -> Word | None:
    """The word in `Annotated[type, word]`, also in `Annotated[type, word] | None`."""
    inner = (annotation, *getattr(annotation, "__args__", ()))
    metadata = (one for part in inner for one in getattr(part, "__metadata__", ()))
    return next((one for one in metadata if isinstance(one, Word)), None)


def _kind(function: Callable[..., Outcome]) -> type:
    kind: type = function.__annotations__.get("return", type(None))
    if kind not in (Change, Shown, Act):
        raise BadDeclaration(f"{function.__name__}: it must return Change, Shown or Act")
    return kind
