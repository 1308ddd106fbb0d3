"""The one road that every request takes.

Snapshot, authorise, read the arguments (slow work here), audit the intent, lock, do both again
if the state moved on, run the rule on values, check what must always hold, save, answer; the
outcome is recorded whatever happens. A command that changes nothing never takes the lock.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from sysmgmt.domain import changes, compliance, erasure, events, security
from sysmgmt.domain.errors import (
    ConfirmationNeeded, InternalError, Refusal, StorageFailed, StorageFull, StorageUncertain)
from sysmgmt.domain.model import State, differs
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine import arguments, pending
from sysmgmt.engine.arguments import NothingToChoose
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.authorization import authorise, check_scope
from sysmgmt.engine.catalog import declared, unknown, unknown_parameter
from sysmgmt.engine.commit import commit
from sysmgmt.engine.declaration import OWN_WORK, Act, Call, Change, Command, Outcome, Question, Shown, Word
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.ports import Box
from sysmgmt.engine.reading import Reading, SlowWork, StateMoved
from sysmgmt.engine.request import Answer, Caller, Request, refused


class House(NamedTuple):
    """The engine: everything outside, all commands, and how a caller's password is checked."""

    box: Box
    catalog: Mapping[str, Command]
    verify: Callable[["House", Caller, str, str], None]


class Trip(NamedTuple):
    """One request on its road."""

    house: House
    caller: Caller
    request: Request
    command: Command
    slow: SlowWork
    record: Record
    listening: Listening = NOBODY


class Reply(NamedTuple):
    """An answer, and what the session knows of itself after it."""

    answer: Answer
    caller: Caller


def dispatch(house: House, caller: Caller, request: Request, listening: Listening = NOBODY) -> Reply:
    """Carry `request` out for `caller`. Never raises a refusal: it is the answer."""
    try:
        return carry_out(house, caller, request, listening=listening)
    except NothingToChoose as nothing:
        return Reply(Answer(request.command, "Unchanged", message=str(nothing)), caller)
    except Refusal as refusal:
        return Reply(refused(request.command, refusal), caller)


def carry_out(house: House, caller: Caller, request: Request, own_work: bool = False,
              listening: Listening = NOBODY) -> Reply:
    """Carry `request` out and record it. Raises any refusal, and NothingToChoose."""
    command = house.catalog.get(request.command) if own_work else declared(house.catalog, request.command)
    record = Record(house.box, caller, request, command)
    answer = Answer(request.command, "Unchanged")
    changes_something = command is not None and command.kind is not Shown and not request.dry_run
    try:
        if command is None:
            raise unknown(house.catalog, request.command, caller)
        reply = travel(Trip(house, caller, request, command, SlowWork(), record, listening))
        answer = reply.answer
        return reply
    except Refusal as refusal:
        answer = refused(request.command, refusal)
        if not (isinstance(refusal, StorageFull) and record.is_modest()):  # what is kept from him is no event
            tell(house.box, events.of_refusal(refusal, changes_something), caller.user)
        raise
    except NothingToChoose:
        raise
    except Exception as error:  # whatever it is, nobody may see a traceback
        unexpected = InternalError(id=record.failure(error))
        answer = refused(request.command, unexpected)
        tell(house.box, events.of_refusal(unexpected), caller.user)
        raise unexpected from None
    finally:
        record.outcome(answer)


def travel(trip: Trip) -> Reply:
    """Take the road, from the snapshot again whenever the state moved on too far."""
    while True:
        trip.slow.closed = False
        state = trip.house.box.store.read()
        try:
            values, reading = prepare(trip, state)
            if trip.command.kind is not Change or trip.request.dry_run:
                return _without_lock(trip, state, values, reading)
            trip.record.intent()
            return _under_lock(trip, state, values, reading)
        except StateMoved:
            continue


def prepare(trip: Trip, state: State) -> tuple[dict[str, Any], Reading]:
    """Authorise, and read the texts into values. Raises any refusal."""
    admit(trip.house, state, trip.caller, trip.command)
    texts = dict(trip.request.texts)
    check_scope(state, trip.caller, trip.command, texts)
    reading = _reading(trip.house, trip.caller, state, texts, trip.slow)
    values = arguments.read(trip.command, reading)
    if trip.command.asks and not trip.request.dry_run:
        _ask(trip, trip.command.asks, reading, values)
    return values, reading


def admit(house: House, state: State, caller: Caller, command: Command) -> None:
    """Return if `caller` may run `command` now, and this box can. Raises what `authorise` raises, ServiceRefused."""
    authorise(state, caller, command)
    command.checks(house.box)


def _ask(trip: Trip, asks: Question, reading: Reading, values: Mapping[str, Any]) -> None:
    """Raise ConfirmationNeeded, unless that question was answered or there is nothing to confirm with these values.

    What would be refused is refused at once, and not asked about. Raises any refusal, and StateMoved.
    """
    try:
        question = asks if isinstance(asks, str) else asks(reading, values)
        if not question or trip.request.confirms(question):
            return
        needed = ConfirmationNeeded(question=question)
    except ConfirmationNeeded as refusal:
        needed = refusal
    try:
        run(trip, reading.state, values, reading)
    except Refusal:
        if trip.house.box.store.read().generation != reading.state.generation:
            raise StateMoved() from None  # keys and files may be those of the new state already
        raise
    raise needed


def _reading(house: House, caller: Caller, state: State, texts: dict[str, str], slow: SlowWork) -> Reading:
    return Reading(state, caller, texts, house.box, slow, house.box.clock.now(), [],
                   partial(house.verify, house, caller))


def check(house: House, caller: Caller, command: Command, name: str, texts: Mapping[str, str]) -> None:
    """Read one value as far as that needs no slow work. Raises any refusal."""
    parameter = command.parameter(name)
    if parameter is None:
        raise unknown_parameter(command, name)
    state, given, slow = house.box.store.read(), dict(texts), SlowWork()
    check_scope(state, caller, command, given)
    arguments.check_readable(given)
    slow.closed = True
    with suppress(StateMoved, NothingToChoose):  # it is good as far as can be said at once
        arguments.read_one(command, parameter, _reading(house, caller, state, given, slow))


def offered(house: House, caller: Caller, word: Word, texts: Mapping[str, str]) -> list[str]:
    """What could stand for a parameter, or of a secret what is asked of it, as far as the other texts tell."""
    state = house.box.store.read()
    reading = _reading(house, caller, state, dict(texts), SlowWork())
    with suppress(Refusal, KeyError):
        if word.secret:
            return [word.wants(reading)] if word.wants else []
        return list(word.offers_from(reading) if word.offers_from else word.offered(state, caller.user))
    return []


def run(trip: Trip, state: State, values: Mapping[str, Any], reading: Reading) -> Outcome:
    """Run the command's rule on values, and check what must hold after it."""
    listening = NOBODY if trip.command.kind is Change else trip.listening
    call = Call(state, trip.caller, reading.now, trip.house.box, trip.house.catalog, *listening)
    outcome = trip.command.run(call, **values)
    if isinstance(outcome, Change):
        outcome = pending.pend(trip.command, call, outcome, values)
        if trip.command.needs != OWN_WORK:
            by = erasure.Doing(trip.caller.user, trip.command.name, reading.now, trip.house.box.clock.running)
            after = erasure.noted(state, outcome.state, by)
            outcome = outcome._replace(state=after)
        if outcome.state.installed:
            security.check(outcome.state, state)
            compliance.check(state, outcome.state)
    return outcome


def _without_lock(trip: Trip, state: State, values: Mapping[str, Any], reading: Reading) -> Reply:
    outcome = run(trip, state, values, reading)
    if isinstance(outcome, Act):
        shown = Shown({}, outcome.warnings)
        if not trip.request.dry_run:
            trip.record.intent()
            facts = outcome.run() or {}
            shown = Shown(facts, outcome.warnings, refusal=outcome.judge(facts))
        return reply(trip, shown, reading, changed=True)
    return reply(trip, outcome, reading, isinstance(outcome, Change) and differs(state, outcome.state))


def _under_lock(trip: Trip, before: State, values: Mapping[str, Any], reading: Reading) -> Reply:
    with trip.house.box.store.writing(trip.record.reserve) as transaction:
        state = transaction.state
        if state.generation != before.generation:
            trip.slow.closed = True
            values, reading = prepare(trip, state)
        outcome = run(trip, state, values, reading)
        assert isinstance(outcome, Change)
        changed = differs(state, outcome.state)
        if changed:
            differences = list(changes.between(state, outcome.state))
            commit(trip.house.box.services, transaction, outcome.state)
            trip.record.changed(differences)
            tell(trip.house.box, events.of(differences, outcome.state), trip.caller.user)
            if outcome.afterwards:
                outcome = outcome._replace(shows=_afterwards(outcome.afterwards))
    return reply(trip, outcome, reading, changed)


def _afterwards(act: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Do what follows a change. Raises its refusal, which says that the change itself was made.

    Where the storage failed that is StorageUncertain: with StorageFailed and StorageFull nothing was changed.
    """
    try:
        return act()
    except (StorageFailed, StorageFull) as refusal:
        raise StorageUncertain("The change is stored; what follows it failed, as the storage of the box takes no more."
                               ) from refusal
    except Refusal as refusal:
        raise type(refusal)(f"The change is stored; what follows it failed: {refusal}",
                            "Look at what it concerns before you try again.", **refusal.facts) from refusal


def reply(trip: Trip, outcome: Change | Shown, reading: Reading, changed: bool) -> Reply:
    """The reply that an outcome is."""
    shows = outcome.shows if isinstance(outcome, Change) else outcome.facts
    is_change = trip.command.kind is not Shown
    delivers = isinstance(outcome, Change) and bool(outcome.download)
    if isinstance(outcome, Change):
        trip.record.note(outcome.notes)
    caller = outcome.caller if outcome.caller and not trip.request.dry_run else trip.caller
    answer = Answer(
        trip.command.name, "Done" if changed or not is_change or delivers else "Unchanged", 0, shows or None,
        warnings=(*reading.warnings, *outcome.warnings), dry_run=trip.request.dry_run, changes=is_change,
        download=outcome.download if isinstance(outcome, Change) and not trip.request.dry_run else "")
    if isinstance(outcome, Shown) and outcome.refusal is not None:
        answer = refused(trip.command.name, outcome.refusal)._replace(result=shows)
    return Reply(answer, caller)
