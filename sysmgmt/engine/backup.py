"""Settings backups: taken and proven, opened, restored (C19, C30, C31).

What the master key has sealed is opened here, and travels sealed under the backup's password alone.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import (
    backup_content, backup_schedules, backups, changes, compliance, delivery, derivation, sealed, security, uploads)
from sysmgmt.domain.backups import Restorer, Wish
from sysmgmt.domain.delivery import Delivered, unfollowed
from sysmgmt.domain.errors import BackupDamaged, MissingValue, Refusal, StateDamaged
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.domain.model import BackupSchedule, State, UploadTarget, named
from sysmgmt.domain.times import iso
from sysmgmt.engine import uploading
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.ports import Box

TWO_O_CLOCK, KEPT = 120, 7
"""When a schedule is carried out, in minutes after midnight, and how many of its backups are kept unless it says so."""
DATED = re.compile("-[0-9]{8}t[0-9]{6}z$")
"""How the names of backups by schedules end, and no others."""
_SAID = ("box", "box_id", "release", "made_at", "made_by", "schedule", "items")
"""What a backup says of itself."""


class Order(NamedTuple):
    """A backup that is wanted. `schedule` is the name of the schedule that wants it, or ""."""

    name: str
    items: Sequence[str]
    password: str
    schedule: str = ""


class Opened(NamedTuple):
    """A backup that its password has opened; no secret of its content is sealed."""

    name: str
    facts: Mapping[str, Any]
    content: State

    @property
    def items(self) -> list[str]:
        """What it holds."""
        return [str(one) for one in self.facts["items"]]


def take(call: Call, order: Order) -> dict[str, Any]:
    """Take a backup of the state of the call, and prove it; what is to be shown of it.

    It counts once it was read back and restored into a store of its own. Raises BackupExists, BackupTooLarge,
    BackupDamaged, MasterKeyMissing, MasterKeyWrong, StorageFull, StorageFailed.
    """
    box, settings = call.box, call.state.settings
    content = _unsealed(box, backups.portable(call.state, order.items))
    facts = {"box": settings.name, "box_id": settings.box_id, "release": box.release, "made_at": iso(call.now),
             "made_by": call.caller.user, "schedule": order.schedule, "items": list(order.items)}
    data = box.backups.seal.seal(facts, box.backups.contents.write(content), order.password)

    def prove(read_back: bytes) -> None:
        if rehearse(call, opened(box, order.name, order.password, read_back)) != content:
            raise BackupDamaged(name=order.name, what="what it gives back is not what was put in")
    box.backups.shelf.put(order.name, data, prove)
    tell(box, [Event(NAMED["BackupTaken"], order.name, f"of {', '.join(order.items)}")], call.caller.user)
    return {"name": order.name, **_shown(facts), "size": len(data)}


def opened(box: Box, name: str, password: str, data: bytes | None = None) -> Opened:
    """A backup, opened; `data` is its file if that was read already. Slow.

    Raises UnknownBackup, NotABackup, BackupNewer, BackupDamaged, BackupPasswordWrong, BackupTooLarge.
    """
    facts, text = box.backups.seal.open(box.backups.shelf.read(name) if data is None else data, name, password)
    if not facts.keys() >= {*_SAID} or not set(facts["items"]) <= set(backups.ITEMS):
        raise BackupDamaged(name=name, what="its first line makes no sense")
    try:
        return Opened(name, facts, backups.portable(box.backups.contents.read(text), facts["items"]))
    except StateDamaged as damaged:
        raise BackupDamaged(name=name, what=str(damaged.facts["what"])) from None


def rehearse(call: Call, one: Opened) -> State:
    """What a box that is empty would hold after restoring the backup, as a backup of it would have it.

    What the backup does not hold is as on this box. Raises BackupDamaged, and what `restored` raises.
    """
    emptied = {table: type(getattr(call.state, table))() for table in backups.tables(one.items)}
    content = _admitted(call, one)
    state = backups.restored(call.state._replace(**emptied), content, Wish(one.items, True),
                             Restorer(call.caller.user, "", call.now))
    security.check(state)
    try:
        return _unsealed(call.box, backups.portable(call.box.backups.contents.restored(state), one.items))
    except StateDamaged as damaged:
        raise BackupDamaged(name=one.name, what=str(damaged.facts["what"])) from None


def restored(call: Call, one: Opened, items: Collection[str], administrators: bool) -> State:
    """The state with what the backup holds of `items`.

    Raises what `backups.restored` raises, LevelForbids, MasterKeyMissing.
    """
    newest = delivery.last(call.box.events.newest()), call.box.audit.anchor()[0]
    state = backups.restored(call.state, _admitted(call, one), Wish(items, administrators, newest),
                             Restorer(call.caller.user, call.caller.session, call.now))
    if backups.SETTINGS in items:
        compliance.check_settings(state.settings)
    return state


def differences(old: State, new: State) -> list[str]:
    """What is changed by restoring, as people read it."""
    return changes.lasting(changes.between(old, new))


def listed(box: Box) -> list[dict[str, Any]]:
    """Each backup with what it says of itself, or why it cannot be used."""
    return [_listed(box, name) for name in box.backups.shelf.names()]


def _listed(box: Box, name: str) -> dict[str, Any]:
    data = box.backups.shelf.read(name)
    try:
        return {"name": name, **_shown(box.backups.seal.facts(data, name)), "size": len(data), "problem": None}
    except Refusal as refusal:
        return {"name": name, "size": len(data), "problem": str(refusal)}


def _shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts.get(name) or None for name in _SAID}


class Plan(NamedTuple):
    """What is said of a schedule; None is not said. `target` "" is none."""

    interval: str | None = None
    minute: int | None = None
    items: tuple[str, ...] | None = None
    keep: int | None = None
    target: str | None = None


def planned(call: Call, name: str, plan: Plan, password: str | None) -> BackupSchedule:
    """The schedule as it is wished; what is not said stays as it is, or is as usual where there is none.

    Moments of before it was made, or had another interval or time, do not count.
    Raises MissingValue, MasterKeyMissing, MasterKeyWrong.
    """
    old = call.state.backup_schedules.get(name)
    if old is None and plan.interval is None:
        raise MissingValue(command="schedule_backup", parameter="interval")
    base = old or BackupSchedule(name, "", TWO_O_CLOCK, backups.ITEMS, KEPT, "", call.now)
    new = base._replace(**named(plan._asdict()),
                        password=sealed_password(call, name, password))
    same = (new.interval, new.minute) == (base.interval, base.minute)
    return new if same else new._replace(since=call.now)


def sealed_password(call: Call, schedule: str, password: str | None) -> str:
    """The password of a schedule, sealed: the one given, or the present one.

    Raises MissingValue, MasterKeyMissing, MasterKeyWrong.
    """
    old = call.state.backup_schedules.get(schedule)
    if password is not None:
        return call.box.sealer.seal(password, _place(schedule), call.state.settings.master_key)
    if old is None:
        raise MissingValue(command="schedule_backup", parameter="password")
    return old.password


def scheduled(call: Call, one: BackupSchedule) -> dict[str, Any]:
    """Take the backup that a schedule wants, remove those of its own that are too many, and send what was not sent.

    Raises as `take` and `send` do.
    """
    done: dict[str, Any] = {}
    if is_due(call.box, one, call.now):
        password = call.box.sealer.unseal(one.password, _place(one.name))
        done = take(call, Order(_dated(one, call.now), one.items, password, one.name))
        surplus = _own(call, one)[:-one.keep]
        for name in surplus:
            call.box.backups.shelf.remove(name)
        done["removed"] = surplus
    if name := unsent(call.box, one):
        done["sent"] = send(call, name, uploads.find(call.state, one.target))
        call.box.deliveries.keep(_delivery(one), Delivered(_number(name), call.now))
    return done


def _own(call: Call, one: BackupSchedule) -> list[str]:
    """The backups that this box took by a schedule, the oldest first."""
    own = (one.name, call.state.settings.box_id)
    return sorted((found["name"] for found in listed(call.box) if _is_dated(one, found["name"])
                   and (found.get("schedule"), found.get("box_id")) == own), key=_number)


def send(call: Call, name: str, target: UploadTarget) -> dict[str, Any]:
    """Bring a backup to an upload target.

    Raises UnknownBackup, ServerUnreachable, ServerRefused, UploadFailed, UploadNotInstalled.
    """
    data, file = call.box.backups.shelf.read(name), f"{name}.backup"
    call.box.backups.seal.facts(data, name)
    call.box.uploads.send(uploading.goal(call.box, call.state, target), file, [data], unfollowed)
    return {"name": name, "target": target.name, "server": target.server, "file": file, "size": len(data)}


def unsent(box: Box, one: BackupSchedule) -> str:
    """The last backup of a schedule if it has not been brought to its target yet; "" if there is none."""
    taken = [name for name in box.backups.shelf.names() if one.target and _is_dated(one, name)]
    done = box.deliveries.read().get(_delivery(one), Delivered(0)).number if taken else 0
    return taken[-1] if taken and _number(taken[-1]) > done else ""


def _delivery(one: BackupSchedule) -> str:
    return f"backup {one.name} to {one.target}"


def _is_dated(one: BackupSchedule, name: str) -> bool:
    return DATED.search(name) is not None and DATED.sub("", name) == one.name


def _number(name: str) -> int:
    """The time in the name of a backup of a schedule, as one number."""
    return int("".join(digit for digit in name[-len("20260101t000000z"):] if digit.isdecimal()))


def is_due(box: Box, one: BackupSchedule, now: float) -> bool:
    """Whether a schedule has had its moment, and no backup was taken since then."""
    moment = backup_schedules.last(one, now)
    taken = (_dated(one, moment) <= name <= _dated(one, now) for name in box.backups.shelf.names())
    return moment > one.since and not any(taken)


def _dated(one: BackupSchedule, at: float) -> str:
    """What a backup of a schedule that is taken then is called; their order is that of their times."""
    return f"{one.name}-{str(iso(at)).replace('-', '').replace(':', '').lower()}"


def schedule_facts(one: BackupSchedule, now: float) -> dict[str, Any]:
    """What is shown of a schedule; times in UTC."""
    return {"name": one.name, "interval": one.interval, "time": f"{one.minute // 60:02d}:{one.minute % 60:02d}",
            "items": list(one.items), "keep": one.keep, "target": one.target or None,
            "password_configured": True, "next_at": iso(backup_schedules.following(one, now))}


def _place(schedule: str) -> str:
    return sealed.place("backup_schedules", schedule, "password")


def _unsealed(box: Box, content: State) -> State:
    return sealed.replaced(content, box.sealer.unseal)


def _admitted(call: Call, one: Opened) -> State:
    """The content of a backup, sealed, if commands could have stored it. Raises InvalidValue."""
    backup_content.check(one.content)
    derivation.check(one.content, call.box.reader)
    return _sealed(call, one.content)


def _sealed(call: Call, content: State) -> State:
    """The content with its secrets sealed for this box; what it has sealed already stays as it is."""
    present: dict[str, str] = {}
    sealed.replaced(call.state, lambda text, place: present.setdefault(place, text))
    sealer, key = call.box.sealer, call.state.settings.master_key

    def seal(text: str, place: str) -> str:
        known = present.get(place)
        return known if known and sealer.unseal(known, place) == text else sealer.seal(text, place, key)
    return sealed.replaced(content, seal)
