"""Several requests as one: all of them, or none (`--atomic`).

Everything is evaluated first, slow work too. Where nothing is to be changed that is all. Else the
lock is taken once, everything evaluated again if the state has moved on, and saved once. As much as
would hold the lock for long goes back to the beginning instead. If one fails it answers with its own
code and every other one with NotApplied.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain import changes, events
from sysmgmt.domain.errors import BoxBusy, InternalError, InvalidValue, NotApplied, NotAtomic, Refusal
from sysmgmt.domain.model import State, differs
from sysmgmt.engine.arguments import NothingToChoose
from sysmgmt.engine.audit_record import Record, unless_guaranteed
from sysmgmt.engine.catalog import declared, public
from sysmgmt.engine.commit import commit
from sysmgmt.engine.declaration import Act, Change
from sysmgmt.engine.dispatch import House, Trip, prepare, reply, run
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.reading import SlowWork, StateMoved
from sysmgmt.engine.request import Answer, Caller, Request, refused

MOST_ANSWERED = 16 << 20
"""Bytes of what all commands of a batch show, as JSON. A single one shows as much as it does alone."""
FEW = 10
"""Commands that change nothing, which a batch may have evaluated again under the lock."""
TRIES = 5
"""How often a batch with more of them is evaluated, while others change the box all the time."""


class Step(NamedTuple):
    """One request of a batch, its slow work and its record, and whether it may change the state."""

    one: Request | Answer
    slow: SlowWork
    record: Record
    changes: bool


class Course(NamedTuple):
    """What became of the requests so far: their answers, the state and the caller after them."""

    answers: list[Answer]
    state: State
    caller: Caller

    @property
    def failed(self) -> bool:
        """Whether the last request that was looked at has failed."""
        return bool(self.answers) and self.answers[-1].status != 0


def together(house: House, caller: Caller, requests: Sequence[Request | Answer]) -> tuple[list[Answer], Caller]:
    """Carry all `requests` out, or none. An Answer among them is one that has already failed."""
    if not requests:
        return [], caller
    steps = [_step(house, caller, one) for one in requests]
    try:
        course = _carry_out(house, caller, steps)
    except Refusal as refusal:  # of the storage, not of a request
        course = Course([refused(_name(requests[0]), refusal)], State(), caller)
    answers = _all_or_none(requests, course)
    for step, answer in zip(steps, answers, strict=True):
        step.record.outcome(answer)
    with suppress(Refusal):  # what has been saved is not refused for want of its record
        house.box.sync()
    return answers, caller if course.failed else course.caller


def _step(house: House, caller: Caller, one: Request | Answer) -> Step:
    request = one if isinstance(one, Request) else Request(_name(one))
    command = declared(house.catalog, request.command)
    changes_something = command is not None and command.kind is Change and not request.dry_run
    return Step(one, SlowWork(), Record(house.box, caller, request, command), changes_something)


def _name(one: Request | Answer) -> str:
    return one.command or ""


def _carry_out(house: House, caller: Caller, steps: Sequence[Step]) -> Course:
    tried = 0
    while True:
        tried += 1
        with suppress(StateMoved):
            return _attempt(house, caller, steps, tried < TRIES)


def _attempt(house: House, caller: Caller, steps: Sequence[Step], again: bool) -> Course:
    """Evaluate all, and save what changes. Raises StateMoved, and BoxBusy for it where there is no `again`."""
    before = house.box.store.read()
    course = _follow(house, caller, steps, before, False)
    if course.failed or not any(step.changes for step in steps):
        return course
    for step in steps:
        step.record.intent(durable=False)
    with unless_guaranteed(house.box):
        house.box.audit.sync()
    with house.box.store.writing() as transaction:
        if transaction.state.generation != before.generation:
            _check_few(steps, again)
            course = _follow(house, caller, steps, transaction.state, True)
        if not course.failed and differs(transaction.state, course.state):
            differences = list(changes.between(transaction.state, course.state))
            commit(house.box.services, transaction, course.state)
            tell(house.box, events.of(differences, course.state), caller.user)
    return course


def _check_few(steps: Sequence[Step], again: bool) -> None:
    """Return if all may be evaluated again under the lock. Raises StateMoved, BoxBusy."""
    if sum(not step.changes for step in steps) > FEW:
        raise StateMoved if again else BoxBusy(
            "Whenever this batch was about to be saved, others had changed the box; nothing was changed.",
            f"Try again, or with no more than {FEW} commands in it that change nothing.")


def _follow(house: House, caller: Caller, steps: Sequence[Step], state: State, locked: bool) -> Course:
    """Go through all requests, each on the state that the one before it left."""
    answers: list[Answer] = []
    size = 0
    for step in steps:
        step.slow.closed = locked
        answer, state, caller = _next(house, Course(answers, state, caller), step)
        size += len(json.dumps((answer.result, answer.download)))
        if size > MOST_ANSWERED and answers and not answer.status:
            answer = refused(_name(step.one), InvalidValue(
                what=f"What an --atomic batch shows has at most {MOST_ANSWERED >> 20} MiB"))
        answers.append(answer)
        if answer.status:
            break
    return Course(answers, state, caller)


def _next(house: House, course: Course, step: Step) -> tuple[Answer, State, Caller]:
    one, slow, record, _ = step
    try:
        if isinstance(one, Request):
            return _evaluate(house, course, one, slow, record)
        answer = one
    except NothingToChoose as nothing:
        answer = Answer(_name(one), "Unchanged", message=str(nothing))
    except Refusal as refusal:
        answer = refused(_name(one), refusal)
    except StateMoved:
        raise
    except Exception as error:  # whatever it is, nobody may see a traceback
        answer = refused(_name(one), InternalError(id=record.failure(error)))
    return answer, course.state, course.caller


def _evaluate(house: House, course: Course, request: Request, slow: SlowWork,
              record: Record) -> tuple[Answer, State, Caller]:
    command = public(house.catalog, request.command, course.caller)
    trip = Trip(house, course.caller, request, command, slow, record)
    if command.kind is Act or command.alone:
        raise NotAtomic(command=command.name)
    values, reading = prepare(trip, course.state)
    outcome = run(trip, course.state, values, reading)
    assert not isinstance(outcome, Act)
    changed = isinstance(outcome, Change) and differs(course.state, outcome.state)
    after = reply(trip, outcome, reading, changed)
    if not isinstance(outcome, Change) or request.dry_run:
        return after.answer, course.state, after.caller
    record.changed(changes.between(course.state, outcome.state))
    return after.answer, outcome.state, after.caller


def _all_or_none(requests: Sequence[Request | Answer], course: Course) -> list[Answer]:
    if not course.failed:
        return course.answers
    culprit = len(course.answers) - 1
    none = [refused(_name(one), NotApplied()) for one in requests]
    return [*none[:culprit], course.answers[-1], *none[culprit + 1:]]
