"""Following a log: a request that was carried out and recorded is looked at again and again, for what is new."""

from typing import TYPE_CHECKING

from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.declaration import Command, Shown
from sysmgmt.engine.reading import SlowWork
from sysmgmt.engine.request import Answer, Caller, Request, refused

if TYPE_CHECKING:
    from sysmgmt.engine.dispatch import House

FOLLOW, AFTER = "follow", "after"
"""The parameters of a command whose answer can be followed."""


def is_wanted(command: Command | None, request: Request) -> bool:
    """Whether a request is to be followed."""
    return command is not None and command.parameter(FOLLOW) is not None and request.texts.get(FOLLOW) == "yes"


def look(house: "House", caller: Caller, followed: Request | None, after: int) -> Answer:
    """What there is of a request behind the record `after`. It leaves no record: that it is followed is recorded.

    Whether the caller still may see it is asked each time.
    """
    from sysmgmt.engine import dispatch  # a client of boxmgmtd only asks what is wanted

    command = house.catalog.get(followed.command) if followed else None
    if command is None or followed is None:
        return refused(None, InvalidValue(what="Nothing is followed"))
    request = followed._replace(texts={**followed.texts, AFTER: str(after)})
    trip = dispatch.Trip(house, caller, request, command, SlowWork(), Record(house.box, caller, request, command))
    try:
        state = house.box.store.read()
        values, reading = dispatch.prepare(trip, state)
        outcome = dispatch.run(trip, state, values, reading)
    except Refusal as refusal:
        return refused(command.name, refusal)
    assert isinstance(outcome, Shown)
    return dispatch.reply(trip, outcome, reading, False).answer
