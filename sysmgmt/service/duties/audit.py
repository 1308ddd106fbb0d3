"""What boxmgmtd does for the audit: start and stop, signatures, files, space, losses (requirements 72, 81-83)."""

from sysmgmt.domain import logs, retention
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.events import Event
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.event_log import tell
from sysmgmt.engine.own_work import settle, work
from sysmgmt.engine.request import SYSTEM
from sysmgmt.service.duties.duty import Duty

KINDS = frozenset({"AuditSpaceLow"})


def begin(house: House) -> None:
    """Record the start, before anybody is let in; tell of what the last run did not conclude. Raises any refusal."""
    unknown = logs.unfinished(house.box.audit.newest())
    work(house, "start_audit")
    for one in unknown:
        name, user = str(one.get("command")), str(one.get("user"))
        work(house, "note_unknown_outcome", {"number": str(one["seq"]), "name": name, "user": user})
        tell(house.box, [Event(NAMED["OutcomeUnknown"], name, f"record {one['seq']}, user {user}")], SYSTEM.user)
    for gap in logs.gaps(house.box.audit.newest()):
        details = logs.of_gap({**gap["gap"], "until": gap["seq"], "time": gap["time"]})
        tell(house.box, [Event(NAMED["AuditTorn"], "", details)], SYSTEM.user)
    house.box.sync()


def end(house: House) -> None:
    """Record the end, and sign all. Raises any refusal."""
    work(house, "stop_audit")
    house.box.sync()
    house.box.audit.checkpoint()


def sign(house: House) -> None:
    """Sign what the audit has got since the last time. Raises StorageFull, StorageFailed."""
    house.box.audit.checkpoint()


def keep(house: House) -> None:
    """Make the file an archive where that is due, and remove the archives that may go. Raises any refusal."""
    box, files = house.box, house.box.audit_files
    if retention.is_due(box.store.read().settings.audit, files.holdings(), box.clock.now()):
        work(house, "put_audit_away")
    if last := retention.surplus(box.store.read(), files.holdings()):
        work(house, "remove_audit_archives", {"last": str(last)})
    files.remove_before(box.store.read().settings.audit_kept)


def look(house: House) -> None:
    """Tell of space that gets low, and of records that were lost. Raises any refusal."""
    files, policy = house.box.audit_files, house.box.store.read().settings.audit
    settle(house, KINDS, retention.of_space(policy, files.holdings(), files.free()))
    if count := files.lost():
        work(house, "note_lost_records", {"count": str(count)})
        tell(house.box, [Event(NAMED["AuditRecordsLost"], "", f"{count} records")], SYSTEM.user)
        files.forget_lost(count)


DUTIES = (Duty("the audit", MINUTE, sign), Duty("the files of the audit", MINUTE, keep),
          Duty("the space of the audit", MINUTE, look))
