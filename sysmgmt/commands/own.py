"""The box's own work: conditions, records, renewals, shutting root out, recovery. No shell shows it."""

from sysmgmt.commands import audit
from sysmgmt.commands.certificate_words import KeyType
from sysmgmt.commands.log_words import After as RecordNumber
from sysmgmt.commands.password_words import NewPassword
from sysmgmt.commands.words import IsKept, Text, UserName
from sysmgmt.domain import (
    accounts, certificates, conditions, downloads, ldap_users, lockout, passwords, pending, retention, root_access,
    sessions)
from sysmgmt.domain.directory import Entry
from sysmgmt.domain.times import iso
from sysmgmt.engine import backup, certification, downloading, web_certificate
from sysmgmt.engine.declaration import OWN_WORK, Act, Call, Change, Shown, command


@command(needs=OWN_WORK)
def admit_ldap_user(call: Call, name: UserName, directory_id: Text, group: UserName) -> Change:
    """Let a member of a group of the directory be a user, with the role and the groups of its entry."""
    by = accounts.find(call.state, group)
    return Change(ldap_users.admit(call.state, Entry(directory_id, "", name), by, call.now))


@command(needs=OWN_WORK, reserve=True)
def dismiss_ldap_user(call: Call, name: UserName, kept: IsKept = False) -> Change:
    """End the sessions of a user whom the directory does not let in any more, and forget who came by a group."""
    return Change(ldap_users.dismiss(call.state, name, kept, call.now))


@command(needs=OWN_WORK, reserve=True)
def recover_admin(call: Call, name: UserName, password: NewPassword) -> Change:
    """Unlock the user admin with a new password, for the owner of the state folder (R093)."""
    account = lockout.unlock(accounts.find(call.state, name), call.now)
    account = passwords.store(account, password, call.now)
    settings = call.state.settings._replace(recovered_at=call.now)
    state = sessions.cut_all(call.state, name, "the password of admin was recovered", call.now)
    return Change(accounts.put(state, account)._replace(settings=settings))


@command(needs=OWN_WORK)
def renew_certificate(call: Call, use: Text, key_type: KeyType) -> Change:
    """Make a certificate anew that the box has signed itself, before it expires (B30)."""
    state = certification.renew(call, use, key_type)
    return Change(state, notes=certificates.noted(call.state, state, use))


@command(needs=OWN_WORK)
def begin_web_certificate(call: Call) -> Change:
    """Make the first certificate of the web server, signed by the box's own root CA."""
    return Change(web_certificate.begin(call))


@command(needs=OWN_WORK, reserve=True)
def return_unconfirmed(call: Call, change: Text) -> Change:
    """Let a change return that nobody has confirmed in time."""
    return Change(pending.return_(call.state, change, call.now))


@command(needs=OWN_WORK)
def begin_condition(call: Call, kind: Text, subject: Text, details: Text) -> Change:
    """Note that something is not as it should be."""
    return Change(conditions.put(call.state, conditions.Finding(kind, subject, details), call.now))


@command(needs=OWN_WORK)
def end_condition(call: Call, condition: Text) -> Change:
    """Note that it is over."""
    return Change(conditions.end(call.state, condition))


@command(needs=OWN_WORK)
def note_clock_jump(call: Call, before: Text, after: Text) -> Shown:
    """Record that somebody or something changed the clock of the box."""
    return Shown({})


@command(needs=OWN_WORK)
def note_refused_partner(call: Call, origin: Text, reason: Text, count: Text) -> Shown:
    """Record that somebody was refused who wanted to be a partner; `count` of them since it was last told."""
    return Shown({})


@command(needs=OWN_WORK)
def start_audit(call: Call) -> Shown:
    """Record that boxmgmtd begins to record."""
    return Shown({})


@command(needs=OWN_WORK)
def stop_audit(call: Call) -> Shown:
    """Record that boxmgmtd ends."""
    return Shown({})


@command(needs=OWN_WORK)
def note_unknown_outcome(call: Call, number: Text, name: Text, user: Text) -> Shown:
    """Record that an intent has no outcome, since boxmgmtd ended before."""
    return Shown({})


@command(needs=OWN_WORK)
def note_lost_records(call: Call, count: Text) -> Shown:
    """Record that so many records could not be written."""
    return Shown({})


@command(needs=OWN_WORK, reserve=True)
def put_audit_away(call: Call) -> Act:
    """Make the file of the audit an archive, because it has had its time or its size."""
    return Act(lambda: audit.put_away(call))


@command(needs=OWN_WORK, reserve=True)
def remove_audit_archives(call: Call, last: RecordNumber) -> Change:
    """Keep the records of the audit no longer whose number is not greater than `last`."""
    return Change(retention.remove(call.state, last))


@command(needs=OWN_WORK, reserve=True)
def expire_collected_info(call: Call, name: Text) -> Act:
    """Remove an archive of system info whose time is over."""
    return Act(lambda: call.box.archives.remove(name))


@command(needs=OWN_WORK)
def use_download_link(call: Call, link: Text) -> Change:
    """Use an address that lets an archive be downloaded once, and never again."""
    found = downloading.find(call.state, link, call.now)
    state = call.state._replace(download_links=call.state.download_links.without(found.id))
    return Change(state, notes={"archive": found.archive, "made_by": found.made_by})


@command(needs=OWN_WORK, reserve=True)
def forget_download_links(call: Call) -> Change:
    """Forget the addresses whose time is over."""
    return Change(call.state._replace(download_links=downloads.valid(call.state.download_links, call.now)))


@command(needs=OWN_WORK, reserve=True)
def close_root_access(call: Call, until: Text) -> Change:
    """Shut root out because its time is over: that of the opening until `until`, not of a later one."""
    access = call.state.settings.root_access
    if not access.where or iso(access.until) != until:
        return Change(call.state)
    return Change(root_access.shut(call.state, call.caller.user, call.now))


@command(needs=OWN_WORK)
def take_scheduled_backup(call: Call, schedule: Text) -> Act:
    """Take the backup that a schedule wants, remove those of its own that are too many, and send it."""
    one = call.state.backup_schedules.get(schedule)
    return Act(lambda: backup.scheduled(call, one) if one else None)
