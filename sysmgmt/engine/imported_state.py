"""A state of an older release, or of another box, taken in as far as it can be; and the report of it (R047).

What the file says is upgraded as the store upgrades it, and let in as the content of a backup is. Nobody comes to
hold the permission security by it; what this box cannot open, or what belongs to one machine, stays as it is here.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sysmgmt.domain import backups, facts, sealed
from sysmgmt.domain.backups import ITEMS, KEYS, SETTINGS, USERS, Wish
from sysmgmt.domain.errors import MasterKeyMissing, MasterKeyWrong, NotAState, StateDamaged, UnknownFile
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.domain.model import State
from sysmgmt.domain.names import RESERVED, canonical
from sysmgmt.engine import backup
from sysmgmt.engine.backup import Opened
from sysmgmt.engine.declaration import Call, Change
from sysmgmt.engine.ports import Box
from sysmgmt.engine.restoring import SHIPPED, ended, explained, is_foreign

MOST = 64 << 20
"""Bytes of a state that is taken in."""
SECURED = "users with the permission security stay as they are on this box"
LOST = "this box does not have the master key that it is sealed under"
TIME = ("settings", "time")
"""The servers of the time, where a sealed key proves who they are."""
NOT_WHOLE = ("The latest changes are not in it: its journal does not lie beside the file, or ends in the middle of a "
             "change.")
OTHER = "the file is of another box, and this one keeps its own"


class Found(NamedTuple):
    """What a file of the import folder holds. `content` is what may travel of it, with no secret sealed.

    `whole`: with the latest changes. `shipped` are the users that older releases shipped,
    `lost` those whose secrets nobody here can open, as table and key.
    """

    file: str
    state: State
    whole: bool
    shipped: Sequence[str]
    content: State
    lost: Collection[tuple[str, str]]

    @property
    def items(self) -> tuple[str, ...]:
        """What of it can be taken in: keys all together, or none of them."""
        closed = {table for table, _ in self.lost}.intersection(backups.tables([KEYS]))
        return tuple(one for one in ITEMS if one != KEYS or not closed)


def read(box: Box, file: str) -> Found:
    """A state of the import folder, with its journal if that lies beside it. Slow.

    Raises UnknownFile, InvalidValue, NotAState, StateNewer, StorageFull, StorageFailed.
    """
    text, journal = box.imports.read(file, MOST), b""
    with suppress(UnknownFile):
        journal = box.imports.read(f"{file.removesuffix('.json')}.journal", MOST)
    try:
        state, whole = box.backups.contents.stored(text, journal)
        facts.checked(state)
    except StateDamaged as damaged:
        raise NotAState(file=file, what=damaged.facts["what"]) from None
    if not state.installed:
        raise NotAState(file=file, what="its box was never installed")
    shipped = [name for name in state.accounts if canonical(name) in RESERVED]
    accounts = state.accounts
    for name in shipped:
        accounts = accounts.without(name)
    content = backups.portable(state._replace(accounts=accounts), ITEMS)
    return Found(file, state, whole, shipped, *_opened(box, content))


def _opened(box: Box, content: State) -> tuple[State, Collection[tuple[str, str]]]:
    """The content with its secrets opened, without those that this box cannot open; and which these are."""
    lost: dict[tuple[str, str], None] = {}

    def unseal(text: str, place: str) -> str:
        try:
            return box.sealer.unseal(text, place)
        except (MasterKeyMissing, MasterKeyWrong, StateDamaged):
            table, _, rest = place.partition(" ")
            lost[table, rest.rpartition(" ")[0]] = None
            return ""
    content = sealed.replaced(content, unseal)
    for table, key in lost:
        if table in sealed.SEALED:
            content = content._replace(**{table: getattr(content, table).without(key)})
    return content, lost


def taken_in(call: Call, one: Found, items: Sequence[str]) -> Change:
    """Take in what can be of these items. Raises what `backup.restored` raises."""
    state = _merged(call, one, items)
    facts = _report(call, one, items, state)
    told = Event(NAMED["StateImported"], one.file, f"{', '.join(items)} of the box {facts['box']}")
    return ended(call, Change(state, facts, () if one.whole else (NOT_WHOLE,)), told)


def _merged(call: Call, one: Found, items: Sequence[str]) -> State:
    """The state of this box with what it can take of the other one."""
    own, settings = call.state.settings, one.content.settings
    if is_foreign(call.state, one.state.settings.box_id):
        settings = settings._replace(name=own.name, box_id=own.box_id, registration=own.registration)
    state = backup.restored(call, Opened(one.file, {}, one.content._replace(settings=settings)), items, False)
    for table, key in one.lost:
        present = getattr(call.state, table).get(key) if table in sealed.SEALED else None
        if present is not None:
            state = state._replace(**{table: getattr(state, table).put(key, present)})
    if TIME in one.lost and SETTINGS in items:
        time = own.time._replace(zone=settings.time.zone)
        state = state._replace(settings=state.settings._replace(time=time))
    return state


def _report(call: Call, one: Found, items: Sequence[str], state: State) -> dict[str, Any]:
    """What was taken of each kind, what that changes, and what was left out and why."""
    left = list(_left_out(call.state, one, items))
    users = {what for what, _ in left}
    taken = {table: sum(f"user {key}" not in users for key in getattr(one.content, table))
             for table in backups.tables(items)}
    return {"file": one.file, "box": one.state.settings.name, "box_id": one.state.settings.box_id,
            "release": one.state.settings.installed_version, "generation": one.state.generation,
            "items": list(items), "taken": {table: number for table, number in taken.items() if number},
            "left_out": explained(left),
            "differences": backup.differences(call.state, state)}


def _left_out(state: State, one: Found, items: Sequence[str]) -> Iterator[tuple[str, str]]:
    if USERS in items:
        yield from ((f"user {name}", SHIPPED) for name in one.shipped)
        stay = {*backups.administrators(state), *backups.withheld(state, one.content, Wish(items, False))}
        yield from ((f"user {name}", SECURED) for name in one.content.accounts if name in stay)
    if KEYS not in one.items:
        yield "keys", LOST
    for table, key in one.lost:
        if table in (*backups.tables(items), *((TIME[0],) if SETTINGS in items else ())):
            yield f"{table} {key}", LOST
    if SETTINGS in items and is_foreign(state, one.state.settings.box_id):
        yield from ((what, OTHER) for what in ("settings name", "settings box_id", "settings registration"))
