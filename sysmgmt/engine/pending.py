"""Changes that are undone by themselves unless they are confirmed from a new login.

Any command becomes one by taking the parameter `confirm_minutes`. What it changed of the reach is
kept with the change, in one transaction; it is undone on the same road.
"""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import pending, web
from sysmgmt.domain.errors import ChangePending
from sysmgmt.domain.model import Pending
from sysmgmt.domain.times import MINUTE, iso
from sysmgmt.engine.declaration import Call, Change, Command

MINUTES = "confirm_minutes"


def pend(command: Command, call: Call, change: Change, values: Mapping[str, Any]) -> Change:
    """`change`, made to wait for a confirmation if it has a time for one. Raises ChangePending."""
    old, new = call.state.settings, change.state.settings
    same = (old.reach, old.pending, old.level) == (new.reach, new.pending, new.level)
    if same and change.state.identities is call.state.identities:
        return change
    if old.reach == new.reach or not values.get(MINUTES):
        return _final(change)
    if (other := old.pending) is not None:
        raise ChangePending(user=other.user, command=other.command, time=iso(other.returns_at))
    needs = change.decided_by or command.needs
    waits = Pending(call.box.clock.token(), command.name, call.caller.user, str(needs), call.now,
                    call.now + values[MINUTES] * MINUTE, old.reach, new.reach, tuple(call.state.sessions))
    if not pending.changed(waits, new):
        return _final(change)
    told = f"Unless it is confirmed with confirm_change from a new login before {iso(waits.returns_at)}, it is undone."
    return change._replace(state=change.state._replace(settings=new._replace(pending=waits)),
                           warnings=(*change.warnings, told))


def _final(change: Change) -> Change:
    return change._replace(state=web.without_unused(pending.without_overtaken(change.state)))
