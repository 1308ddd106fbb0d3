"""What a change of the security level means: what has to be confirmed before, and what is told besides (R084, R087)."""

from typing import Any

from sysmgmt.domain import facts, security
from sysmgmt.domain.levels import ASK_LESS
from sysmgmt.domain.model import Settings, State
from sysmgmt.domain.model.policy import Policy


def question(state: State, level: str, caller: str, now: float) -> str:
    """What has to be confirmed before the box goes over to a level.

    "" unless that asks for less, or others than the caller must choose a new password.
    """
    after = security.set_level(state, level)
    told = (*_lowering(state.settings, after.settings), *_forcing(state, after, caller, now))
    return " ".join((*told, "Change the level?")) if told else ""


def _lowering(old: Settings, new: Settings) -> tuple[str, ...]:
    if new.level not in ASK_LESS[old.level]:
        return ()
    besides = also_changed(old, new)
    return (f"This takes the security level from {old.level} to {new.level}: nobody is asked any more for what "
            f"{old.level} asks beyond it.", *([f"Besides it changes: {', '.join(besides)}."] if besides else ()))


def _forcing(old: State, new: State, caller: str, now: float) -> tuple[str, ...]:
    """What is to be said of those who need not choose a new password yet, and must then."""
    due = set(security.due(new, now)) - set(security.due(old, now))
    others = len(due - {caller})
    if not others:
        return ()
    whom = "1 other user" if others == 1 else f"{others} other users"
    besides = "you and " if caller in due else ""
    return (f"At the level {new.settings.level} {besides}{whom} must choose a new password at the next login, before "
            "anything else: also those as whom scripts log in.",)


def also_changed(old: Settings, new: Settings) -> dict[str, Any]:
    """What a level has changed besides its rules, as it is now, in the words of the commands that show it.

    That is what it sets by itself, and what was set apart from the old one and is so no longer.
    """
    besides = {name: now for (name, now), was in zip(_besides(new).items(), _besides(old).values(), strict=True)
               if now != was}
    was, usual, now = _rules(old), _rules(old._replace(policy=Policy())), _rules(new)
    return besides | {name: now[name] for name in was if was[name] != usual[name] and now[name] != was[name]}


def _besides(settings: Settings) -> dict[str, Any]:
    return {"idle_timeout": settings.idle_timeout, "sessions_per_user": settings.sessions_per_user,
            "banner": settings.banner or None, "audit_guarantee": settings.audit.guarantee,
            "tls_minimum": settings.reach.tls_minimum}


def _rules(settings: Settings) -> dict[str, Any]:
    """The rules that can be set apart, in force."""
    policy = facts.password_policy(settings)
    return {**policy.pop("password_rules"), **policy, **facts.session_policy(settings)}
