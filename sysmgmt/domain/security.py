"""Security level and session policy (R076-R090, R125), and what must hold whatever happens."""

from collections.abc import Mapping

from sysmgmt.domain import bounds, passwords, roles, tls
from sysmgmt.domain.errors import LastSecurityUser
from sysmgmt.domain.levels import LEVELS, Rules, rules_of
from sysmgmt.domain.lockout import BY_COMMAND
from sysmgmt.domain.model import ADMIN, LOCAL, Account, Settings, State, named
from sysmgmt.domain.model.policy import Displaced, Policy
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import MINUTE

SHORTEST_IDLE, LONGEST_IDLE = bounds.of(Settings, "idle_timeout")
"""Bounds of the idle timeout in seconds."""
LONGEST_BANNER = 2000
"""Characters: everybody who knocks is shown it."""
BANNER = ("This system is for authorized users only. What is done here is recorded.\n"
          "Whoever goes on agrees to that.")
"""What a level that asks for a banner has until set_login_banner says something else."""


def set_level(state: State, level: str) -> State:
    """Change the security level; any above Basic makes every user choose a new password (R084, R087).

    Rules that were set apart from the old level are so no longer. Settings that go beyond the new one, such as the
    idle timeout, come down to it; what the old one had set by itself is as it was before, unless somebody has set it
    since, and what somebody has set stays.
    """
    if level == state.settings.level:
        return state
    settings = _given_back(state.settings)._replace(level=level, policy=Policy())
    state = state._replace(settings=fitted(settings, LEVELS[level]))
    if not LEVELS[level].forces_change:
        return state
    accounts = state.accounts
    for name, account in accounts.items():
        if account.type == LOCAL:
            accounts = accounts.put(name, account._replace(must_change_password=True))
    return state._replace(accounts=accounts)


def _at_stake(settings: Settings) -> Displaced:
    return Displaced(settings.idle_timeout, settings.sessions_per_user, settings.banner, settings.audit.guarantee)


def _with(settings: Settings, values: Displaced) -> Settings:
    """The settings with those values; None leaves one as it is."""
    wanted = named(values._asdict())
    guarantee = wanted.pop("guarantee", settings.audit.guarantee)
    return settings._replace(audit=settings.audit._replace(guarantee=guarantee), **wanted)


def _given_back(settings: Settings) -> Settings:
    """The settings without what their level has set by itself, as far as it is still so."""
    before = _with(settings._replace(displaced=Displaced()), settings.displaced)
    forced = _at_stake(fitted(before, LEVELS[settings.level]))
    own = Displaced._make((None if now == there else now
                           for now, there in zip(_at_stake(settings), forced, strict=True)))
    return _with(before, own)


def fitted(settings: Settings, rules: Rules) -> Settings:
    """The settings within the bounds of a level, with what they were before."""
    found = _bounded(settings, rules)
    kept = (before if was == now else was for was, now, before in zip(
        _at_stake(settings), _at_stake(found), settings.displaced, strict=True))
    return found._replace(displaced=Displaced._make(kept))


def _bounded(settings: Settings, rules: Rules) -> Settings:
    reach, audit = settings.reach, settings.audit
    if not rules.legacy_tls and reach.tls_minimum in tls.LEGACY:
        reach = reach._replace(tls_minimum=tls.SECURE[0])
    return settings._replace(
        hashing=rules.hashing, idle_timeout=min(settings.idle_timeout, rules.idle_minutes * MINUTE),
        sessions_per_user=min(settings.sessions_per_user, rules.most_sessions), reach=reach,
        banner=settings.banner or (BANNER if rules.banner else ""),
        audit=audit._replace(guarantee=audit.guarantee or rules.guarantee))


def with_limits(settings: Settings, idle_minutes: int | None, count: int | None) -> Settings:
    """The settings with another idle timeout, and so many sessions for each user; None leaves one as it is.

    0 takes one back to what a new box has at the level.
    """
    usual = fitted(Settings(), LEVELS[settings.level])
    return settings._replace(
        idle_timeout=settings.idle_timeout if idle_minutes is None else idle_minutes * MINUTE or usual.idle_timeout,
        sessions_per_user=settings.sessions_per_user if count is None else count or usual.sessions_per_user)


def set_policy(state: State, wanted: Mapping[str, int | None]) -> State:
    """Set single rules apart from the level; None leaves one as it is."""
    policy = state.settings.policy._replace(**named(wanted))
    return state._replace(settings=state.settings._replace(policy=policy))


def due(state: State, now: float) -> list[str]:
    """The users who must choose a new password at their next login, for whatever reason, in alphabetical order."""
    rules = rules_of(state.settings)
    return [one.name for one in state.accounts.values() if passwords.change_due(one, rules, now)]


def secures(state: State, account: Account) -> bool:
    """Whether `account` is one that keeps the box manageable: local, with Security, not locked on purpose."""
    return (account.type == LOCAL and account.locked_by != BY_COMMAND
            and roles.holds(state, account, Permission.SECURITY))


def check(state: State, before: State | None = None) -> None:
    """What must hold after every command that changes the state, if it held `before`. Raises LastSecurityUser.

    Where it did not, as an older release may have left it, nothing is refused for its sake: nobody could log in
    to mend that.
    """
    if not _is_manageable(state) and (before is None or _is_manageable(before)):
        raise LastSecurityUser()


def _is_manageable(state: State) -> bool:
    """Whether somebody secures it for good: nobody could unlock a temporary account at its end.

    Admin is looked at first, so that the usual check does not depend on how many users there are.
    """
    admin = state.accounts.get(ADMIN)
    return (admin is not None and secures(state, admin)) or any(
        secures(state, one) and one.ends_at is None for one in state.accounts.values())
