"""When a box is erased: once as many have wished it as there have to be (R244)."""

from collections.abc import Iterable

from sysmgmt.domain import security, sessions
from sysmgmt.domain.appliance import Agreeing
from sysmgmt.domain.errors import AdministratorsChanged
from sysmgmt.domain.model import Erasure, State, Unsettled
from sysmgmt.domain.times import DAY, iso

PATIENCE = 900
"""Seconds within which a second administrator has to agree."""
SETTLED = DAY
"""Seconds for which an administrator must have been left alone by others to count."""


def wish(state: State, user: str, now: float) -> State:
    """The state in which `user` wishes it: decided if that agrees to an earlier wish, or if there is no other.

    Who may agree is fixed with the first wish, and whoever was touched within a day does not count: one person
    alone can neither lock others out of it, nor make or take over an account that agrees. Raises AdministratorsChanged.
    """
    wished = state.settings.erasure
    touched = {one.name: one.at for one in state.settings.unsettled if now - one.at < SETTLED}
    _check(touched, [user])
    if wished is None or not wished.decided and not 0 <= now - wished.since <= PATIENCE:
        wished = Erasure(user, now, False, _others(state, {user, *touched}))
        if not wished.others:
            _check(touched, touched)
    decided = wished.decided or not wished.others or _as_now(state, user) in wished.others
    state = state._replace(settings=state.settings._replace(erasure=wished._replace(decided=decided)))
    if decided:
        for one in sessions.opened(state):
            state = sessions.cut(state, one, "the box is erased", now)
    return state


def _check(touched: dict[str, float], names: Iterable[str]) -> None:
    found = [name for name in names if name in touched]
    if found:
        until = max(touched[name] for name in found) + SETTLED
        raise AdministratorsChanged(names=", ".join(sorted(found)[:3]), time=iso(until))


def noted(before: State, after: State, by: str, now: float) -> State:
    """`after`, in which is written down which administrators `by` has touched besides himself.

    On a box that is younger than a day everybody was just made: only those count who were locked or removed.
    """
    fresh = now - (after.settings.installed_at or now) < SETTLED
    changed = [*_changed(before, after)]
    names = [name for name in changed if name != by and _is_touched(before, after, name, fresh)]
    if by in changed:
        after = _still_agreeing(before, after, by)
    if not names:
        return after
    kept = [one for one in after.settings.unsettled if one.name not in names and now - one.at < SETTLED]
    return after._replace(settings=after.settings._replace(
        unsettled=(*kept, *(Unsettled(name, now) for name in names))))


def _still_agreeing(before: State, after: State, by: str) -> State:
    """`after`, in which somebody who has changed his own password may agree as before."""
    wished, was, now = after.settings.erasure, _as_now(before, by), _as_now(after, by)
    if wished is None or was == now or was not in wished.others:
        return after
    others = tuple(now if one == was else one for one in wished.others)
    return after._replace(settings=after.settings._replace(erasure=wished._replace(others=others)))


def agreeing(state: State) -> list[str]:
    """Who may agree to what is wished, as things are now."""
    wished = state.settings.erasure
    return [one.name for one in wished.others if one == _as_now(state, one.name)] if wished else []


def _changed(before: State, after: State) -> Iterable[str]:
    """The users whose accounts or roles have changed."""
    if any(True for _ in after.roles.changed_since(before.roles)):
        return {*before.accounts, *after.accounts}
    return (name for name, _ in after.accounts.changed_since(before.accounts))


def _is_touched(before: State, after: State, name: str, fresh: bool) -> bool:
    old, new = before.accounts.get(name), after.accounts.get(name)
    was, still = bool(old and security.secures(before, old)), bool(new and security.secures(after, new))
    made = still and (not was or bool(old and new and old.password != new.password))
    return was and not still or made and not fresh


def _others(state: State, but: set[str]) -> tuple[Agreeing, ...]:
    """The administrators who could agree, without those of these names."""
    return tuple(_as_now(state, one.name) for one in state.accounts.values()
                 if one.name not in but and security.secures(state, one))


def _as_now(state: State, name: str) -> Agreeing:
    account = state.accounts.get(name)
    return Agreeing(name, account.password_changed_at if account else None)
