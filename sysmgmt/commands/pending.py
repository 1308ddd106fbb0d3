"""Changes that are undone unless they are confirmed from a new login."""

from sysmgmt.domain import pending, pending_facts
from sysmgmt.domain.errors import PermissionDenied
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.authorization import may_confirm
from sysmgmt.engine.declaration import ANYONE, Call, Change, Shown, command


@command(needs=ANYONE)
def confirm_change(call: Call) -> Change:
    """Make a change final that would be undone by itself, from a login that began after it.

    It needs the permission that the change needed. Whoever has that is told at the next login over
    SSH or at the console of a change that nobody confirmed, also where a batch has shown it.
    """
    _check_permission(call, "confirm_change")
    return Change(pending.confirm(call.state, call.caller.session), pending_facts.confirmed_change(call.state))


@command(needs=ANYONE)
def undo_change(call: Call) -> Change:
    """Undo the change that waits for its confirmation now, without waiting for its time to be over.

    It needs the permission that the change needed, and no new login. A setting that somebody has
    changed again meanwhile keeps that value.
    """
    _check_permission(call, "undo_change")
    return Change(pending.undone(call.state), pending_facts.undone_change(call.state))


@command(needs=Permission.VIEW)
def get_pending_change(call: Call) -> Shown:
    """Show the change that waits for its confirmation: what, by whom, until when.

    A setting that somebody has changed again meanwhile keeps that value and is not listed.
    """
    return Shown({"change": pending_facts.pending_change(call.state)})


def _check_permission(call: Call, command: str) -> None:
    """Raises PermissionDenied to who may not decide about the change that waits, NothingPending."""
    needs = pending.waiting(call.state).needs
    if not may_confirm(call.state, call.caller.user, needs):
        raise PermissionDenied(command=command, permission=needs)
