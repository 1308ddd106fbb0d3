"""What the box tells of itself (R020, R021) and what its users have done (R029-R033)."""

from sysmgmt.commands.log_words import (
    After, AuditAnchor, Containing, EventLevel, EventScope, EventTopic, Follow, Limit, RecordedCode, RecordedCommand,
    RecordedUser, RecordKind, Since, Until)
from sysmgmt.domain import event_kinds, facts, logs
from sysmgmt.domain.errors import AnchorNotHeld, AuditDamaged, InvalidValue
from sysmgmt.domain.logs import Wanted
from sysmgmt.domain.model import named
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import audit_kinds, audit_seeds, catalog
from sysmgmt.engine.declaration import Call, Shown, command

USUAL = 100
"""Records that are shown where nobody says how many."""


@command(needs=Permission.VIEW)
def get_events_log(call: Call, level: EventLevel | None = None, scope: EventScope | None = None,
                   topic: EventTopic | None = None, since: Since = "", until: Until = "", text: Containing = "",
                   after: After | None = None, limit: Limit = USUAL, follow: Follow = False) -> Shown:
    """List the events of the box, oldest first: the newest ones, or those that follow a number.

    The newest 100 are shown unless limit says otherwise; with level those of this level and worse. With
    after=NUMBER of the last event that you have seen, you get what has happened since then. With
    follow=yes, at a terminal, new ones are shown as they come, until you press q or Ctrl-C.
    """
    wanted = Wanted(named({"scope": scope, "topic": topic}), since, until, text, after, limit,
                    event_kinds.from_level(level))
    return Shown({"events": [facts.record(one) for one in logs.select(call.box.events.newest(), wanted)]})


@command(needs=Permission.AUDIT)
def get_audit_log(call: Call, user: RecordedUser | None = None, command: RecordedCommand | None = None,
                  outcome: RecordedCode | None = None, since: Since = "", until: Until = "", text: Containing = "",
                  after: After | None = None, limit: Limit = USUAL, kind: RecordKind = audit_kinds.ALL) -> Shown:
    """List the audit: what was asked of the box, by whom, from where, and what became of it.

    The newest 100 are shown unless limit says otherwise. kind=changes shows what people changed or did, or
    tried to; kind=requests all that they asked for, with their logins; kind=own what the box notes of its
    own bookkeeping, such as take_attempt and give_attempt_back around every password that is looked at,
    open_session and close_session.

    A change has two records with the same id, its intent and its outcome. Of names that are no parameters of the
    command, some 50 are kept; parameters_left_out counts the others.
    """
    wanted = Wanted(named({"user": user, "command": command, "code": outcome}), since, until, text, after, limit,
                    chosen=audit_kinds.chosen(kind, call.catalog))
    found = [facts.record(one) for one in logs.select(call.box.audit.newest(), wanted)]
    told = catalog.not_known(call.catalog, command, call.caller) if command and not found else ()
    return Shown({"records": found}, told)


@command(needs=Permission.AUDIT)
def verify_audit_log(call: Call, anchor: AuditAnchor | None = None) -> Shown:
    """Verify every record of the audit; name the first one that is not as it was written.

    With an anchor that was noted at an earlier login, also an end that was cut off since then is
    found. Without one, whatever was done to records of before the last minute is. Archives are
    verified with the rest; one that is missing is found, unless the policy has removed it. What a power
    cut has left of records that were not synced is named in a warning, for ever. An anchor that an audit
    which is whole by itself does not hold is refused: it was mistyped, or records were removed or changed
    since it was noted.
    """
    kept = call.state.settings.audit_kept
    if anchor is not None and anchor[0] < kept - 1:
        raise InvalidValue(what=f"The records of this anchor are no longer kept; the audit begins with record {kept}")
    seeds = audit_seeds.seeds(call.state, call.box.sealer)
    found = call.box.audit.verify(seeds, anchor, call.report, kept)
    if not found["intact"]:
        alone = call.box.audit.verify(seeds, None, call.report, kept) if anchor else found
        refusal, bad = (AnchorNotHeld, found) if alone["intact"] else (AuditDamaged, alone)
        raise refusal(number=bad["first_bad_record"], reason=bad["reason"])
    return Shown({"audit": "intact", **{name: found[name] for name in ("records", "checkpoints", "head")}},
                 tuple(logs.of_gap(one) for one in found["gaps"]))
