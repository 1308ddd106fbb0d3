"""The audit as it is kept: its files, its policy, its exports (C28, C29, R030)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.log_words import After, Archives, ArchiveSize, Guarantee, Removal, Rotation, Since, Until
from sysmgmt.domain import facts, retention
from sysmgmt.domain.logs import Wanted
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import audit_export
from sysmgmt.engine.declaration import SOUND_BOX, Act, Call, Change, Shown, command


@command(needs=Permission.AUDIT, reserve=True)
def export_audit_log(call: Call, since: Since = "", until: Until = "", after: After | None = None) -> Change:
    """Export the audit, signed with the key of the system certificate, which must be valid.

    The export is one text on standard output: a line that says what it is, the records as they
    were written, and the signature with its certificates. The section VERIFYING AN EXPORT of the
    manual says how anybody verifies it with openssl. One export has at most 8 MB of records, or one
    that is longer; a warning says where to go on. What was exported without a gap may be removed by the policy, once
    another export goes on behind it: after=NUMBER says that everything up to that record has arrived.
    """
    made = audit_export.make(call, Wanted({}, since, until, "", after))
    more = () if made.complete else (f"More records follow: go on with export_audit_log after={made.last}.",)
    whole = not since and not until
    state = retention.arrived(call.state, after or 0)
    if whole:
        state = retention.handed_out(state, (after or 0) + 1, made.last)
    return Change(state, made.facts, more, notes={"last": made.last}, download=made.text)


@command(needs=Permission.AUDIT, reserve=True)
def rotate_audit_log(call: Call) -> Act:
    """Sign the file of the audit, make it an archive, and go on in a new file.

    Archives are read-only; get_audit_log, verify_audit_log and export_audit_log read them as before.
    boxmgmtd does it by itself (see set_audit_policy).
    """
    return Act(lambda: put_away(call))


@command(needs=Permission.AUDIT)
def get_audit_policy(call: Call) -> Shown:
    """Show how the audit is kept, and what there is of it."""
    files = call.box.audit_files
    there = facts.audit_holdings(call.state, files.holdings(), files.free(), files.lost())
    return Shown(facts.audit_policy(call.state.settings.audit) | there)


@command(needs=Permission.SECURITY, reserve=SOUND_BOX)
def set_audit_policy(call: Call, rotation: Rotation | None = None, size: ArchiveSize | None = None,
                     keep: Archives | None = None, remove: Removal | None = None,
                     audit_guarantee: Guarantee | None = None) -> Change:
    """Change how the audit is kept; what is not named stays as it is.

    The file of the audit becomes an archive every day or week (in UTC), and when it has its size.
    Of the archives that are more than those to keep, the oldest are removed: once they were exported
    without a gap (see export_audit_log), or in any case. With audit_guarantee=yes nothing is changed
    whose record cannot be written, while reading goes on; with no, changes go on, and an event tells how
    many records were lost.
    """
    old = call.state.settings.audit
    policy = AuditPolicy(rotation or old.rotation, size or old.size, keep or old.keep, remove or old.remove,
                         old.guarantee if audit_guarantee is None else audit_guarantee)
    settings = call.state.settings._replace(audit=policy)
    return Change(call.state._replace(settings=settings), facts.audit_policy(policy))


def put_away(call: Call) -> Mapping[str, Any]:
    """Make the file of the audit an archive; what to show of it. Raises StorageFull, StorageFailed."""
    done = call.box.audit.rotate()
    return {"archived": None if done is None else {"first": done[0], "last": done[1]}}
