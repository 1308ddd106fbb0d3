"""Security level, sessions, root access and host keys."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.password_words import BlocklistFile, CurrentPassword
from sysmgmt.commands.words import (
    Acknowledge, Characters, Common, Failures, History, IdleMinutes, Level, MaxAge, MinAge, OriginFailures, Positions,
    Profile, RootDoors, RootMinutes, SessionCount, SessionHours, UnlockMinutes, UnusedDays, WithoutIsolation)
from sysmgmt.domain import blocklist, compliance, consequences, facts, level_changes, root_access, sealed, security
from sysmgmt.domain.model import State
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import machines, rekeying, status
from sysmgmt.engine.declaration import Call, Change, Shown, command
from sysmgmt.engine.reading import Reading


def _of_level(reading: Reading, values: Mapping[str, Any]) -> str:
    return level_changes.question(reading.state, values["level"], reading.caller.user, reading.now)


@command(needs=Permission.SECURITY, asks=_of_level)
def set_security_level(call: Call, level: Level) -> Change:
    """Change the rules for the passwords of local users, and at stig and nist for more than these.

    basic: at least 5 characters. high (recommended): at least 8 characters, among them 2 lower
    case, 2 upper case and 2 digits or special characters; an own change once in 24 hours, and to
    none of the last 10 passwords; expiry after 90 days. stig and nist follow DISA and NIST SP 800-63B:
    see SECURITY LEVELS. A password that somebody else sets is not compared with the last ones.

    After a change to any level but basic every user must choose a new password at the next login,
    and still has to when the level is basic again: must_change_password names all who have to.
    A question comes first where others than you have to who need not now, and where the new level
    asks for less. Rules that set_password_policy and set_session_policy had set apart are again as the
    new level has them. idle_timeout, sessions_per_user and what else somebody has set stay, within the
    bounds of the level; what a level has set by itself, such as a banner, is as it was before once
    another one does without, unless it was set since, but for the lowest version of TLS. also_changed
    shows all of this that has changed. Warnings name the rules of the level that do not hold yet.
    """
    state = security.set_level(call.state, level)
    besides = level_changes.also_changed(call.state.settings, state.settings)
    return Change(state, {"level": level, "must_change_password": security.due(state, call.now),
                          **({"also_changed": besides} if besides else {})},
                  compliance.left_to_do(state))


@command(needs=Permission.SECURITY)
def set_password_policy(call: Call, min_length: Characters | None = None, max_age_days: MaxAge | None = None,
                        min_age_hours: MinAge | None = None, history: History | None = None,
                        changed_positions: Positions | None = None, common: Common | None = None,
                        lockout_threshold: Failures | None = None,
                        unlock_minutes: UnlockMinutes | None = None,
                        origin_threshold: OriginFailures | None = None) -> Change:
    """Set single rules about passwords apart from the security level; what is not named stays.

    0 (for common: level) leaves a rule to the level again, and so does another level. What the level does
    not allow is refused. Each rule counts from the next change of a password or the next attempt on.

    With origin_threshold so many logins from one address may fail; then no password from there is looked at until
    15 minutes after the first of them, so that no stranger locks everybody whose name he knows. Keys, the console and
    other addresses go on. All addresses of an IPv6 network of 64 bits are one. It needs boxmgmtd.
    """
    state = security.set_policy(call.state, {
        "min_length": min_length, "max_age_days": max_age_days, "min_age_hours": min_age_hours, "history": history,
        "changed_positions": changed_positions, "refuses_common": common, "lockout_threshold": lockout_threshold,
        "unlock_minutes": unlock_minutes, "origin_threshold": origin_threshold})
    return Change(state, facts.password_policy(state.settings))


@command(needs=Permission.SECURITY)
def set_password_blocklist(call: Call, file: BlocklistFile) -> Change:
    """Replace the box's own list of passwords that are too common.

    It counts besides the list that the product brings, from the next password on: where the level
    or set_password_policy refuses common passwords they are refused, elsewhere they are warned of.
    A password counts as common also with digits or signs behind it, and repeated. A file without
    words empties the list.
    """
    return Change(call.state._replace(blocklists=blocklist.replaced(call.state.blocklists, file)), {"words": len(file)})


@command(needs=Permission.SECURITY)
def check_compliance(call: Call, profile: Profile | None = None) -> Shown:
    """Check the box against every rule of a security level: the one in force unless another is given.

    It shows of each rule what the box has and what is asked, the verdict, and the command that fixes
    it: first the rules that fail, then those that pass, then what is not_applicable; the message at
    the end names the first three commands. Where several things break a rule, that is about
    the first of them; what a command does not say, such as the text of a banner, it asks for at a
    terminal. The exit status is 0 only if no rule fails.
    """
    level = profile or call.state.settings.level
    rules = compliance.report(call.state, level)
    return Shown({"profile": level, "rules": rules}, refusal=compliance.shortfall(level, rules))


@command(needs=Permission.SECURITY)
def get_security_settings(call: Call) -> Shown:
    """Show the security level, its password rules, the session policy, TLS, root access, and communication.

    standards tells of every rule which levels it satisfies, and which not.
    """
    return Shown({**facts.security_settings(call.state.settings, call.now),
                  "standards": compliance.standards(call.state)})


@command(needs=Permission.SECURITY)
def set_session_policy(call: Call, idle_timeout: IdleMinutes | None = None,
                       sessions_per_user: SessionCount | None = None, session_hours: SessionHours | None = None,
                       unused_days: UnusedDays | None = None, acknowledge: Acknowledge | None = None) -> Change:
    """Change the idle timeout, how many sessions one user may have open, and when any session ends.

    session_hours ends a session however busy it is. With unused_days an account whose user has not
    logged in for so long is shut until unlock_user; admin's is not. 0 (for acknowledge: no) leaves a
    rule to the security level again, idle_timeout and sessions_per_user as a new box has them there.
    Another level leaves these two as they are, within its bounds, and has the other rules as its own.
    What the level does not allow is refused.
    """
    state = security.set_policy(call.state, {"session_hours": session_hours, "unused_days": unused_days,
                                             "acknowledged": acknowledge})
    changed = security.with_limits(state.settings, idle_timeout, sessions_per_user)
    return Change(state._replace(settings=changed), facts.session_policy(changed))


@command(needs=Permission.SECURITY)
def get_key_status(call: Call) -> Shown:
    """Show every key of the box: which one, since when, when to replace it; never the key itself.

    The master key, the audit key and the SSH host keys have to be replaced after two years (see
    regenerate_encryption_keys), and an event says so 73 days before; the keys of certificates are
    replaced with them. What the master key seals is counted.
    """
    told = [one.facts(call.now) for one in status.of_keys(call.box, call.state)]
    return Shown({"keys": told, "sealed": sealed.counted(call.state)})


def _of_regeneration(reading: Reading, values: Mapping[str, Any]) -> str:
    return consequences.question(reading.state, values)


@command(needs=Permission.SECURITY, asks=_of_regeneration, alone=True)
def regenerate_encryption_keys(call: Call, password: CurrentPassword,
                               without_isolation: WithoutIsolation = False) -> Change:
    """Replace the keys of the box: master key, audit key, cluster certificate, SSH host keys (R142-R149).

    Everything that is sealed under the master key is sealed anew, the audit goes on as a new chain,
    and where the box governs sshd it gets new host keys. The other certificates of the box stay as
    they are. The new keys prove themselves before an old one goes, and it is all or nothing:
    whatever happens meanwhile, either all are old or all are new. With --dry-run it shows what
    would be replaced.

    It takes your own password. Enable the cluster isolation before (set_cluster_isolation): each
    partner has to be given the new cluster certificate. Without it the partners that will stop
    talking are named, and a script says without_isolation=yes. Every SSH client says afterwards
    that REMOTE HOST IDENTIFICATION HAS CHANGED: hand out the fingerprints that are shown.
    """
    state = rekeying.regenerate(call)
    old, new = call.state.settings.master_key, state.settings.master_key
    return Change(state, {"replaces": _regenerated(call, call.state)}, consequences.warnings(call.state),
                  notes={"replaced": old, "master_key": new},
                  afterwards=lambda: {"keys": _regenerated(call, state)})


def _regenerated(call: Call, state: State) -> list[dict[str, Any]]:
    return [one.facts(call.now) for one in status.of_keys(call.box, state) if one.regenerated]


@command(needs=Permission.SECURITY, asks="Let root log in to this box?", checks=machines.governed_doors)
def enable_root_access(call: Call, minutes: RootMinutes, where: RootDoors = root_access.BOTH) -> Change:
    """Let root log in for some minutes, over SSH, at the console, or both.

    Root is shut out unless this was done, and again when the time is over, also when the box was
    restarted in the meantime. Root logs in with the credential that the machine's owner gave it:
    a key, or a password where sshd took passwords before the deployment. The box sets none; the
    password of the user admin is not root's. Users with the permission security are warned at
    their login while it is open.
    """
    state = root_access.opened(call.state, where, minutes, call.caller.user, call.now)
    warnings = () if call.box.doors.root_has_credential() else (
        "Root has no password and no key, so nobody can log in as root until the machine's owner gives it one.",)
    return Change(state, {"root_access": facts.opened_root_access(state.settings, call.now)}, warnings)


@command(needs=Permission.SECURITY, checks=machines.governed_doors)
def disable_root_access(call: Call) -> Change:
    """Shut root out, over SSH and at the console, at once.

    Open sessions of root go on. It also ends the time after a deployment in which root's login
    stays as it was.
    """
    return Change(root_access.shut(call.state, call.caller.user, call.now), {"root_access": None})


@command(needs=Permission.VIEW)
def get_host_keys(call: Call) -> Shown:
    """Show the SSH host keys of the box with their fingerprints.

    Compare them with what ssh shows at a first login, and when it says REMOTE HOST IDENTIFICATION
    HAS CHANGED.
    """
    return Shown(facts.host_keys(call.box.doors.host_keys()))


@command(needs=Permission.SECURITY, alone=True, checks=machines.governed_doors,
         asks="Make new SSH host keys? Every client will be told that they have changed.")
def regenerate_host_keys(call: Call) -> Change:
    """Make new SSH host keys for the box.

    Open sessions go on. Every SSH client says afterwards that REMOTE HOST IDENTIFICATION HAS
    CHANGED, until the new key has been accepted there: compare the fingerprints.
    """
    return Change(rekeying.with_host_keys(call, call.state),
                  afterwards=lambda: facts.host_keys(call.box.doors.host_keys()))
