"""Several requests as one: all of them, or none (`--atomic`).

The slow work of all is done first, then the lock is taken once, everything evaluated again on
the state as it is then, and saved once. If one fails it answers with its own code and every
other one with NotApplied.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain import changes, events
from sysmgmt.domain.errors import InternalError, NotApplied, NotAtomic, Refusal
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

Step = tuple[Request | Answer, SlowWork, Record]


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
    steps = [_step(house, caller, one) for one in requests]
    course = Course([], State(), caller)
    try:
        course = _carry_out(house, caller, steps)
    except Refusal as refusal:  # of the storage, not of a request
        course = Course([refused(_name(requests[0]), refusal)], State(), caller)
    answers = _all_or_none(requests, course)
    for (_, _, record), answer in zip(steps, answers, strict=True):
        record.outcome(answer)
    with suppress(Refusal):  # what has been saved is not refused for want of its record
        house.box.sync()
    return answers, caller if course.failed else course.caller


def _step(house: House, caller: Caller, one: Request | Answer) -> Step:
    request = one if isinstance(one, Request) else Request(_name(one))
    return one, SlowWork(), Record(house.box, caller, request, declared(house.catalog, request.command))


def _name(one: Request | Answer) -> str:
    return one.command or ""


def _carry_out(house: House, caller: Caller, steps: Sequence[Step]) -> Course:
    while True:
        try:
            course = _follow(house, caller, steps, house.box.store.read(), False)
            if course.failed or not steps:
                return course
            for _, _, record in steps:
                record.intent(durable=False)
            with unless_guaranteed(house.box):
                house.box.audit.sync()
            return _commit(house, caller, steps)
        except StateMoved:
            continue


def _commit(house: House, caller: Caller, steps: Sequence[Step]) -> Course:
    with house.box.store.writing() as transaction:
        course = _follow(house, caller, steps, transaction.state, True)
        if not course.failed and differs(transaction.state, course.state):
            differences = list(changes.between(transaction.state, course.state))
            commit(house.box.services, transaction, course.state)
            tell(house.box, events.of(differences, course.state), caller.user)
    return course


def _follow(house: House, caller: Caller, steps: Sequence[Step], state: State, locked: bool) -> Course:
    """Go through all requests, each on the state that the one before it left."""
    answers: list[Answer] = []
    for step in steps:
        step[1].closed = locked
        answer, state, caller = _next(house, Course(answers, state, caller), step)
        answers.append(answer)
        if answer.status:
            break
    return Course(answers, state, caller)


def _next(house: House, course: Course, step: Step) -> tuple[Answer, State, Caller]:
    one, slow, record = step
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
