"""The door to an engine in the same process: of a shell in embedded mode, of a connection in boxmgmtd."""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from sysmgmt.domain import pending
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.levels import rules_of
from sysmgmt.domain.model import State
from sysmgmt.domain.progress import NOBODY, Listening, sparse, unheard
from sysmgmt.engine import authorization, departure, dispatch, following, login, together, unconfirmed
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.catalog import declared, public
from sysmgmt.engine.declaration import Command, Shown
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.door import Sign
from sysmgmt.engine.news import News
from sysmgmt.engine.request import Answer, Caller, Request, refused


_HELD = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
P = ParamSpec("P")
T = TypeVar("T")


def _uninterrupted(act: Callable[P, T]) -> Callable[P, T]:
    """Hold signals back while the engine changes something.

    None strikes between a write and its sync, nor between counting an attempt and its outcome.
    """
    @wraps(act)
    def steady(*args: P.args, **kwargs: P.kwargs) -> T:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
        try:
            return act(*args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return steady


def _settle(house: House, caller: Caller) -> State | None:
    """What is over by now is over before anything else is done; the state in which that was found.

    None where it cannot be read: the request itself is refused for that, and recorded.
    """
    try:
        state = house.box.store.read()
    except Refusal:
        return None
    unconfirmed.settle(house, state)
    departure.end_overdue(house, state, caller.session)
    return state


def _allowed(house: House, caller: Caller, name: str) -> Command:
    """The command of that name, if the caller may run it now. Raises what `public` and `admit` raise."""
    command = public(house.catalog, name, caller)
    dispatch.admit(house, house.box.store.read(), caller, command)
    return command


class EmbeddedDoor:
    """A door of the engine `house` for one client: a `stranger`, or `known` to be who it is without a login."""

    def __init__(self, house: House, stranger: Caller, known: Reply | None = None) -> None:
        self._house = house
        self._greeting = known.answer if known else None
        self._caller = known.caller if known else stranger
        self._stranger = stranger
        self._news = News()
        self._followed: Request | None = None
        self._has_changed = False

    @property
    def caller(self) -> Caller:
        """Who is logged in through this door; user "" is nobody."""
        return self._caller

    def enter(self) -> Answer | None:
        """What the user is told whom the kernel identifies, or None: a password decides."""
        return self._greeting

    def sign(self) -> Sign:
        """What anybody may know of the box. Raises StateDamaged."""
        state = self._house.box.store.read()
        settings = state.settings
        return Sign(settings.name, settings.banner, state.installed, settings.idle_timeout,
                    rules_of(settings).acknowledged, pending.seconds_left(settings, self._house.box.clock.now()))

    @_uninterrupted
    def log_in(self, name: str, password: str) -> Answer:
        """Check the password and open a session, in the place of the one that there may be."""
        if self._caller.session:
            self.log_out(departure.REPLACED)
        answer, self._caller = login.log_in(self._house, self._stranger, name, password)
        return answer

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        """Run one request; an Answer is one that was refused before it got here: it is recorded."""
        if isinstance(request, Answer):
            name = request.command or ""
            Record(self._house.box, self._caller, Request(name), declared(self._house.catalog, name)).outcome(request)
            return request
        command = declared(self._house.catalog, request.command)
        if listening.report is not unheard:
            listening = listening._replace(report=sparse(listening.report, self._house.box.clock.now))
        only_reads = command is not None and (command.kind is Shown or command.streams)
        answer = (self._run if only_reads else _uninterrupted(self._run))(request, listening)
        self._followed = request if following.is_wanted(command, request) and not answer.status else None
        return answer

    def _run(self, request: Request, listening: Listening) -> Answer:
        found = _settle(self._house, self._caller)
        answer, self._caller = dispatch.dispatch(self._house, self._caller, request, listening)
        self._has_changed |= answer.is_carried_out
        news = self._news.of(found, self._caller) if found else ()
        return answer._replace(warnings=(*answer.warnings, *news)) if news else answer

    def follow(self, after: int) -> Answer:
        """What there is by now behind a record of the log that the last request asked to follow."""
        return following.look(self._house, self._caller, self._followed, after)

    @_uninterrupted
    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        """Run all requests or none; an Answer among them is one that has already failed."""
        _settle(self._house, self._caller)
        answers, self._caller = together.together(self._house, self._caller, requests)
        self._has_changed |= any(one.is_carried_out for one in answers)
        return answers

    def barred(self, command: str) -> Answer | None:
        """Why the caller may not run `command` now, or None."""
        try:
            _allowed(self._house, self._caller, command)
        except Refusal as refusal:
            return refused(command, refusal)
        return None

    def check(self, command: str, parameter: str, texts: Mapping[str, str]) -> Answer | None:
        """Why what `texts` has for a parameter cannot be used, as far as that is known at once, or None.

        That is recorded, as if the command had been run. Nobody learns more than the command would tell him.
        """
        try:
            wanted = _allowed(self._house, self._caller, command)
            dispatch.check(self._house, self._caller, wanted, parameter, texts)
        except Refusal as refusal:
            answer = refused(command, refusal)
            known = declared(self._house.catalog, command)
            Record(self._house.box, self._caller, Request(command, texts), known).outcome(answer)
            return answer
        return None

    def offers(self, command: str, parameter: str, texts: Mapping[str, str]) -> list[str]:
        """What could stand for a parameter of a command that the caller may run, or what is asked of a secret."""
        wanted = None if self.barred(command) else self._house.catalog[command].parameter(parameter)
        return [] if wanted is None else dispatch.offered(self._house, self._caller, wanted.word, texts)

    @_uninterrupted
    def report_failure(self, error: Exception) -> str:
        """Record a failure of the shell itself; the id of the record."""
        return Record(self._house.box, self._caller, Request(""), None).failure(error)

    def standing(self) -> Refusal | None:
        """None while the session may go on, else why it is over. Makes earlier records durable."""
        if not self._caller.user:
            return None
        try:
            departure.end_overdue(self._house, self._house.box.store.read(), self._caller.session)
            self._house.box.sync()
            authorization.standing(self._house.box.store.read(), self._caller)
        except Refusal as refusal:
            return refusal if refusal.status == 5 else None
        return None

    @_uninterrupted
    def log_out(self, reason: str) -> None:
        """End the session, if there is one."""
        login.log_out(self._house, self._caller, reason)
        self._caller = self._stranger
        if self._has_changed:  # a look at the box need not write the file anew
            with suppress(Refusal):  # a state that cannot be read, or is erased, is told by the next who looks at it
                self._house.box.store.tidy()
