"""The box's own work: counting attempts, opening and closing sessions, shutting root out. No shell shows it."""

from sysmgmt.commands import audit
from sysmgmt.commands.certificate_words import KeyType
from sysmgmt.commands.log_words import After as RecordNumber
from sysmgmt.commands.words import IsKept, IsLogin, KeyFingerprint, NewPassword, PasswordTime, Text, Token, UserName
from sysmgmt.domain import (
    accounts, certificates, conditions, downloads, ldap_users, lockout, passwords, pending, retention, root_access,
    sessions, ssh_keys)
from sysmgmt.domain.directory import Entry
from sysmgmt.domain.errors import AccountLocked, LoginFailed
from sysmgmt.domain.levels import rules_of
from sysmgmt.domain.lockout import FINAL
from sysmgmt.domain.model import Session
from sysmgmt.domain.times import iso
from sysmgmt.engine import backup, certification, downloading, webcertificate
from sysmgmt.engine.attempt import settled
from sysmgmt.engine.declaration import OWN_WORK, Act, Call, Change, Shown, command


@command(needs=OWN_WORK, reserve=True)
def take_attempt(call: Call, name: UserName, token: Token) -> Change:
    """Count an attempt at a password before it is looked at, unless it has to wait.

    Attempts of processes that died are made strikes at the same time, so that everybody sees a
    lock that comes of them.
    """
    stored = accounts.find(call.state, name)
    rules = rules_of(call.state.settings)
    account = settled(call.box.machine, stored, call.now, rules)
    turn = lockout.turn(account, call.now, call.caller.console, rules)
    if turn is lockout.Turn.LOCKED and account == stored:
        raise AccountLocked()
    if turn is lockout.Turn.TRY:
        account = lockout.take(account, token, call.now, call.caller.console)
    return Change(accounts.put(call.state, account), {"taken": turn is lockout.Turn.TRY})


@command(needs=OWN_WORK, reserve=True)
def count_wrong_password(call: Call, name: UserName, token: Token, verdict: Text = "") -> Change:
    """Turn a counted attempt into a strike; `verdict` is what a directory said of the password."""
    account = accounts.find(call.state, name)
    return Change(accounts.put(call.state, lockout.wrong(account, token, call.now, rules_of(call.state.settings))))


@command(needs=OWN_WORK, reserve=True)
def withdraw_attempt(call: Call, name: UserName, token: Token) -> Change:
    """Take an attempt back whose password was compared with nothing; strikes stay."""
    return Change(accounts.put(call.state, lockout.withdraw(accounts.find(call.state, name), token)))


@command(needs=OWN_WORK, reserve=True)
def give_attempt_back(call: Call, name: UserName, token: Token, verified: Token, rehashed: Token = "") -> Change:
    """Forget the strikes of an account whose password was right.

    `verified` is the hash that it was compared with; `rehashed` takes the place of that one only,
    not of a password that was set in the meantime.
    """
    account = lockout.right(accounts.find(call.state, name), token, call.caller.console)
    if rehashed and account.password == verified:
        account = account._replace(password=rehashed)
    return Change(accounts.put(call.state, account))


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
def open_session(call: Call, name: UserName, session: Token, process: Text, login: IsLogin = False,
                 fingerprint: KeyFingerprint = "", password_chosen_at: PasswordTime | None = None) -> Change:
    """Open a session for a user who has proven who it is, with the SSH key of that fingerprint if it was one.

    With password_chosen_at it is the password that was chosen then: another that took its place meanwhile has ended
    all sessions, and this one would outlive that.
    """
    account = accounts.find(call.state, name)
    if lockout.settled(account, call.now, rules_of(call.state.settings)).locked_by in FINAL:
        raise AccountLocked()
    if password_chosen_at not in (None, account.password_changed_at):
        raise LoginFailed()
    new = Session(session, name, process, call.now, call.caller.origin, call.caller.endpoint, login=login,
                  key=fingerprint)
    return Change(ssh_keys.use(sessions.enter(call.state, new), name, fingerprint, call.now))


@command(needs=OWN_WORK, reserve=True)
def end_idle_session(call: Call, session: Token) -> Change:
    """End a session whose client did not do so when it had been idle for too long."""
    found = call.state.sessions.get(session)
    if found is None or found.ended:
        return Change(call.state)
    return Change(sessions.cut(call.state, found, "it was idle for too long", call.now))


@command(needs=OWN_WORK, reserve=True)
def end_overdue_session(call: Call, session: Token) -> Change:
    """End a session that is as old as one may become, or whose user's time is over."""
    return Change(sessions.end_overdue(call.state, session, call.now))


@command(needs=OWN_WORK, reserve=True)
def settle_lock(call: Call, name: UserName) -> Change:
    """Lock an account that nobody used for too long or whose time is over; unlock one that was locked long enough."""
    account = lockout.settled(accounts.find(call.state, name), call.now, rules_of(call.state.settings))
    return Change(accounts.put(call.state, account))


@command(needs=OWN_WORK, reserve=True)
def close_session(call: Call, session: Token, reason: Text) -> Change:
    """Close a session. One that was ended stays known as that while a client's process lives on."""
    found = call.state.sessions.get(session)
    machine = call.box.machine
    if found and found.ended and found.process != machine.process() and not machine.dead({found.process}):
        return Change(call.state)
    return Change(sessions.forget(call.state, session))


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
    return Change(state, notes={"fingerprint": certificates.identity(state, use).certificates[0].fingerprint})


@command(needs=OWN_WORK)
def begin_web_certificate(call: Call) -> Change:
    """Make the first certificate of the web server, signed by the box's own root CA."""
    return Change(webcertificate.begin(call))


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


COMMANDS = (take_attempt, count_wrong_password, give_attempt_back, open_session, end_idle_session,
            end_overdue_session, settle_lock, close_session,
            recover_admin, return_unconfirmed, begin_condition, end_condition, note_clock_jump,
            note_refused_partner, renew_certificate, close_root_access, begin_web_certificate, start_audit, stop_audit,
            note_unknown_outcome, note_lost_records, put_audit_away, remove_audit_archives, withdraw_attempt,
            expire_collected_info, take_scheduled_backup, use_download_link, forget_download_links, admit_ldap_user,
            dismiss_ldap_user)
