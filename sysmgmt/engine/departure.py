"""The end of a session: when its user leaves, is idle for too long, or its process is gone."""

from contextlib import suppress

from sysmgmt.domain import sessions
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import Session, State
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.engine.request import Caller

GONE = "disconnected"
"""The reason where nobody gave one."""
REPLACED = "replaced by another login"
"""The reason where somebody logs in again through the same door."""


def close(house: House, caller: Caller, reason: str) -> None:
    """Close the caller's session and record why. Raises any refusal.

    A reason that cannot be recorded is none, and keeps no session open.
    """
    texts = {"session": caller.session, "reason": reason if reason.isprintable() else GONE}
    work(house, "close_session", texts, caller)


def close_dead(house: House) -> None:
    """Close the sessions of processes that no longer run, so that each has its end in the audit."""
    known = list(house.box.store.read().sessions.values())
    dead = house.box.machine.dead({one.process for one in known})
    for one in known:
        if one.process in dead:
            close(house, of(one), one.ended or GONE)


def end_idle(house: House, caller: Caller) -> None:
    """End the caller's session, whose client should have done so. Raises any refusal."""
    work(house, "end_idle_session", {"session": caller.session}, caller)


def end_overdue(house: House, state: State, session: str) -> None:
    """End a session that is overdue in `state`, whoever looks; where that cannot be written, at the next look."""
    found = state.sessions.get(session)
    if found and not found.ended and sessions.overdue(state, found, house.box.clock.now()):
        with suppress(Refusal):
            work(house, "end_overdue_session", {"session": session}, of(found))


def of(session: Session) -> Caller:
    """The caller whose session it is."""
    return Caller(session.user, session.id, session.origin, session.endpoint, session.endpoint == "console")
