"""The calls that a client may make: the verbs of a Door, one line of a shell, and what PAM and sshd ask."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sysmgmt.domain.errors import BoxBusy, Refusal
from sysmgmt.domain.progress import Listening
from sysmgmt.engine import departure
from sysmgmt.engine.audit_record import Record
from sysmgmt.engine.door import MOST_LINES
from sysmgmt.engine.request import Request, refused
from sysmgmt.service import doorkeeper, shown, values
from sysmgmt.service.values import text
from sysmgmt.service.wire import Garbled

if TYPE_CHECKING:
    from sysmgmt.service.visit import Visit

Parameters = Mapping[str, Any]
Facts = dict[str, Any]


def enter(visit: "Visit", given: Parameters) -> Facts:
    """Who the kernel says is here."""
    greeting = visit.door.enter()
    return {"caller": visit.door.caller._asdict(), "answer": greeting and greeting._asdict()}


def sign(visit: "Visit", given: Parameters) -> Facts:
    """What anybody may know of the box."""
    try:
        return {"sign": visit.door.sign()._asdict()}
    except Refusal as refusal:
        return {"refused": refused(None, refusal)._asdict()}


def log_in(visit: "Visit", given: Parameters) -> Facts:
    """Check a password and open a session, in the place of the one that there may be."""
    if visit.door.caller.user:
        visit.leave(departure.REPLACED)
    answer = visit.door.log_in(text(given.get("name")), text(given.get("password")))
    visit.trust()
    return {"answer": answer._asdict(), "caller": visit.door.caller._asdict()}


def run(visit: "Visit", given: Parameters) -> Facts:
    """Run one request."""
    sink = visit.send_piece if given.get("raw") is True else None
    answer = visit.door.run(values.request_or_answer(given), Listening(visit.report, sink))
    return {"answer": answer._asdict(), "caller": visit.door.caller._asdict()}


def follow(visit: "Visit", given: Parameters) -> Facts:
    """What is new of what the last request asked to follow."""
    after = given.get("after")
    if type(after) is not int or after < 0:
        raise Garbled("no number")
    return {"answer": visit.door.follow(after)._asdict()}


def run_together(visit: "Visit", given: Parameters) -> Facts:
    """Run all requests or none. Raises Garbled if there are more than a batch may have."""
    items = values.items(given.get("requests"))
    if len(items) > MOST_LINES + 1:  # what the client says of the line too many is one of them
        raise Garbled("too many")
    requests = [values.request_or_answer(one) for one in items]
    try:
        visit.held.enter_context(visit.bounds.batches.turn())
    except BoxBusy as busy:
        requests[:1] = [refused(one.command, busy) for one in requests[:1]]
    answers = visit.door.run_together(requests)
    return {"answers": [one._asdict() for one in answers], "caller": visit.door.caller._asdict()}


def barred(visit: "Visit", given: Parameters) -> Facts:
    """Why the caller may not run a command."""
    answer = visit.door.barred(text(given.get("command")))
    return {"answer": answer and answer._asdict()}


def check(visit: "Visit", given: Parameters) -> Facts:
    """Why a value cannot be used."""
    texts = values.texts(given.get("texts", {}))
    answer = visit.door.check(text(given.get("command")), text(given.get("parameter")), texts)
    return {"answer": answer and answer._asdict()}


def offers(visit: "Visit", given: Parameters) -> Facts:
    """What could stand for a parameter."""
    texts = values.texts(given.get("texts", {}))
    return {"offers": visit.door.offers(text(given.get("command")), text(given.get("parameter")), texts)}


def standing(visit: "Visit", given: Parameters) -> Facts:
    """Whether the session may go on."""
    refusal = visit.door.standing()
    return {"refused": refusal and refused(None, refusal)._asdict()}


def log_out(visit: "Visit", given: Parameters) -> Facts:
    """End the session."""
    visit.leave(text(given.get("reason"))[:200])
    return {"caller": visit.door.caller._asdict()}


def report_failure(visit: "Visit", given: Parameters) -> Facts:
    """Record a failure of the shell itself: what a client says of itself, marked as that."""
    record = Record(visit.house.box, visit.door.caller, Request(""), None)
    where = [text(one)[:120] for one in values.items(given.get("frames"))[:20]]
    return {"id": record.reported(text(given.get("type"))[:64], where)}


CALLS: Mapping[str, Callable[["Visit", Parameters], Facts]] = {
    "Enter": enter, "Sign": sign, "LogIn": log_in, "Run": run, "RunTogether": run_together, "Barred": barred,
    "Check": check, "Line": shown.line, "Follow": follow,
    "Offers": offers, "Standing": standing, "LogOut": log_out, "Explain": report_failure,
    "Authenticate": doorkeeper.authenticate, "Account": doorkeeper.account, "OpenSession": doorkeeper.open_session,
    "CloseSession": doorkeeper.close_session, "Keys": doorkeeper.keys,
}
PASSIVE = frozenset({"Enter", "Sign", "Standing", "Offers", "Barred", "Check", "Follow"})
"""Calls that a shell makes by itself: they do not show that its user is still there."""
