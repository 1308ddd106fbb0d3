"""Security level and sessions."""

from sysmgmt.commands.words import IdleMinutes, Level, SessionCount
from sysmgmt.domain import facts, security
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import Call, Change, Shown, command


@command(needs=Permission.SECURITY)
def set_security_level(call: Call, level: Level) -> Change:
    """Change the rules for the passwords of local users.

    basic: at least 5 characters. high (recommended): at least 8 characters, among them 2 lower
    case, 2 upper case and 2 digits or special characters; an own change once in 24 hours; expiry
    after 90 days; none of the last 10 passwords. After a change to high every user must choose a
    new password at the next login.
    """
    state = security.set_level(call.state, level)
    return Change(state, {"level": level, "must_change_password": security.made_due(call.state, state)})


@command(needs=Permission.SECURITY)
def get_security_settings(call: Call) -> Shown:
    """Show the security level, its password rules, the session policy and the TLS settings."""
    return Shown(facts.security_settings(call.state.settings))


@command(needs=Permission.SECURITY)
def set_session_policy(call: Call, idle_timeout: IdleMinutes | None = None,
                       sessions_per_user: SessionCount | None = None) -> Change:
    """Change the idle timeout, and how many sessions one user may have open."""
    settings = call.state.settings
    changed = settings._replace(
        idle_timeout=settings.idle_timeout if idle_timeout is None else idle_timeout * 60,
        sessions_per_user=sessions_per_user or settings.sessions_per_user)
    return Change(call.state._replace(settings=changed),
                  {"idle_timeout": changed.idle_timeout, "sessions_per_user": changed.sessions_per_user})


@command(needs=Permission.SECURITY)
def get_key_status(call: Call) -> Shown:
    """Show the master key: which one, since when, when to replace it, and what it seals; never the key itself."""
    key = call.state.settings.master_key
    return Shown(facts.master_key(call.state, call.box.sealer.facts(key), call.now))


COMMANDS = (set_security_level, get_security_settings, set_session_policy, get_key_status)
