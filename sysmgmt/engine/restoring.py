"""What a backup and a state of another box have in common where they are restored: what is warned of, noted and told.

A thing that is left out is told as what it is and the reason, in both answers; the audit notes what it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sysmgmt.domain import backups, compliance, ldap_users
from sysmgmt.domain.backups import SETTINGS, USERS, Wish
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.domain.model import State
from sysmgmt.engine import backup
from sysmgmt.engine.backup import Opened
from sysmgmt.engine.declaration import Call, Change
from sysmgmt.engine.event_log import tell

SHIPPED = "older releases shipped the name, and no user may have it"
RAISED = "nobody comes to hold the permission security by it, unless administrators=replace"
UNGOVERNED = ("This machine does not follow the network, firewall and time settings of the box: that takes "
              "boxmgmtd --deploy.")
_NOTED = ("box", "made_at", "items", "left_out")


def from_backup(call: Call, one: Opened, wish: Wish) -> Change:
    """Restore what is wished of a backup. Raises what `backup.restored` raises."""
    state = backup.restored(call, one, wish.items, wish.administrators)
    facts = {"name": one.name, "box": one.facts["box"], "made_at": one.facts["made_at"], "items": list(wish.items),
             "administrators_kept": [] if wish.administrators else backups.administrators(call.state),
             "left_out": explained(_left_out(call.state, one.content, wish)),
             "differences": backup.differences(call.state, state)}
    told = Event(NAMED["BackupRestored"], one.name, f"{', '.join(wish.items)} of {facts['made_at']}")
    return ended(call, Change(state, facts, tuple(_of_another(call.state, one, wish))), told)


def _left_out(state: State, content: State, wish: Wish) -> Iterator[tuple[str, str]]:
    if USERS in wish.items:
        yield from ((f"user {name}", SHIPPED) for name in backups.dropped(content))
        yield from ((f"user {name}", RAISED) for name in backups.withheld(state, content, wish))


def _of_another(state: State, one: Opened, wish: Wish) -> Iterator[str]:
    if is_foreign(state, one.facts["box_id"]):
        came = "; its name, id, serial number, account id and licences come along" if SETTINGS in wish.items else ""
        yield f"The backup is from another box, {one.facts['box']}{came}."


def is_foreign(state: State, box_id: str) -> bool:
    """Whether that is the id of another box than this one."""
    return box_id != state.settings.box_id


def explained(left: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """What was left out, and why, as it is shown."""
    return [{"what": what, "reason": reason} for what, reason in left]


def ended(call: Call, change: Change, told: Event) -> Change:
    """The change with what is warned of besides, what the audit notes of it, and the event `told` when it is done.

    Users of a directory that is not in use any more, or is another one, do not go on.
    """
    facts = change.shows or {}

    def done() -> Mapping[str, Any]:
        tell(call.box, [told], call.caller.user)
        return facts
    noted = {name: facts[name] for name in _NOTED if name in facts}
    noted["left_out"] = [one["what"] for one in facts["left_out"]]
    state = ldap_users.without_another(call.state, change.state, call.now)
    return change._replace(state=state, warnings=(*change.warnings, *_consequences(call, change.state)),
                           notes=noted, afterwards=done)


def _consequences(call: Call, new: State) -> Iterator[str]:
    """A sentence where settings of the machine change that nothing follows, and what another level leaves to do."""
    old, settings = call.state.settings, new.settings
    if (old.reach, old.time) != (settings.reach, settings.time) and not call.box.network.is_governed():
        yield UNGOVERNED
    if settings.level != old.level:
        yield from compliance.left_to_do(new)
