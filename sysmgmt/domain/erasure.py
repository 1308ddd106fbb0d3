"""When a box is erased: once as many have wished it as there have to be (R244)."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from sysmgmt.domain import security, sessions
from sysmgmt.domain.errors import AdministratorsChanged
from sysmgmt.domain.model import Erasure, State, Unsettled
from sysmgmt.domain.model.appliance import Agreeing
from sysmgmt.domain.times import DAY, Running, iso, passed

PATIENCE = 900
"""Seconds within which a second administrator has to agree."""
SETTLED = DAY
"""Seconds for which an administrator must have been left alone by others to count."""
OWN_CHOICE = "set_password"
"""The command with which somebody changes his own password, having proven the one that he had."""
BOX = ""
"""Under that name stands the box itself, which was installed then."""


class Doing(NamedTuple):
    """Who does something, with which command and when; `running` says how long the machine has run."""

    user: str
    command: str
    now: float
    running: Callable[[], Running]


def wish(state: State, user: str, now: float, running: Running) -> State:
    """The state in which `user` wishes it: decided if that agrees to an earlier wish, or if there is no other.

    Who may agree is fixed with the first wish, and whoever was touched within a day does not count: one person
    alone can neither lock others out of it, nor make or take over an account that agrees. Raises AdministratorsChanged.
    """
    wished = state.settings.erasure
    touched = {one.name: now + SETTLED - passed(one.begun, running) for one in _unsettled(state, running)
               if one.name != BOX}
    _check(touched, [user])
    if wished is None or not wished.decided and not _is_awaited(wished, running):
        wished = Erasure(user, now, False, _others(state, {user, *touched}), running)
        if not wished.others:
            _check(touched, touched)
    decided = wished.decided or not wished.others or _as_now(state, user) in wished.others
    state = state._replace(settings=state.settings._replace(erasure=wished._replace(decided=decided)))
    if decided:
        for one in sessions.opened(state):
            state = sessions.cut(state, one, "the box is erased", now)
    return state


def _is_awaited(wished: Erasure, running: Running) -> bool:
    return wished.begun.boot == running.boot and passed(wished.begun, running) <= PATIENCE


def _check(touched: dict[str, float], names: Iterable[str]) -> None:
    found = [name for name in names if name in touched]
    if found:
        raise AdministratorsChanged(names=", ".join(sorted(found)[:3]), time=iso(max(map(touched.__getitem__, found))))


def noted(before: State, after: State, by: Doing) -> State:
    """`after`, in which is written down which administrators were touched.

    Nobody touches himself by choosing another password, which proves the one that he had; whatever else gives him
    another one may be the doing of somebody who came in as him. On a box that is younger than a day everybody was
    just made: only those count who were locked or removed.
    """
    if after.installed and not before.installed:
        return _with(after, [BOX], by)
    own = by.user if by.command == OWN_CHOICE else None
    touched = _touched(before, after, by)
    names = [name for name in touched if name != own]
    if own is not None:
        after = _still_agreeing(before, after, own)
    return _with(after, names, by) if names else after


def settled(state: State, running: Callable[[], Running]) -> State:
    """The state without those whose day is over, so that no restart of the machine begins it anew."""
    if not state.settings.unsettled:
        return state
    left = tuple(_unsettled(state, running()))
    same = left == state.settings.unsettled
    return state if same else state._replace(settings=state.settings._replace(unsettled=left))


def _with(state: State, names: list[str], by: Doing) -> State:
    running = by.running()
    kept = [one for one in _unsettled(state, running) if one.name not in names]
    return state._replace(settings=state.settings._replace(
        unsettled=(*kept, *(Unsettled(name, by.now, running) for name in names))))


def _unsettled(state: State, running: Running) -> list[Unsettled]:
    return [one for one in state.settings.unsettled if passed(one.begun, running) < SETTLED]


def _is_fresh(state: State, running: Running) -> bool:
    """Whether the box is younger than a day, for all that this start of the machine knows."""
    return any(one.name == BOX and one.begun.boot == running.boot for one in _unsettled(state, running))


def _still_agreeing(before: State, after: State, by: str) -> State:
    """`after`, in which somebody who has changed his own password may agree as before."""
    wished, was, now = after.settings.erasure, _as_now(before, by), _as_now(after, by)
    if wished is None:
        return after
    others = tuple(now if one == was else one for one in wished.others)
    return after._replace(settings=after.settings._replace(erasure=wished._replace(others=others)))


def agreeing(state: State) -> list[str]:
    """Who may agree to what is wished, as things are now."""
    wished = state.settings.erasure
    return [one.name for one in wished.others if one == _as_now(state, one.name)] if wished else []


def _touched(before: State, after: State, by: Doing) -> list[str]:
    changed, keyed = _changed(before, after), _with_key_of_others(before, after, by.user)
    lost = [name for name in sorted(changed) if _secures(before, name) and not _secures(after, name)]
    given = [name for name in sorted({*changed, *keyed}) if _secures(after, name) and (
        name in keyed or not _secures(before, name) or _password(before, name) != _password(after, name))]
    return lost if given and _is_fresh(after, by.running()) else [*lost, *given]


def _changed(before: State, after: State) -> Collection[str]:
    """The users whose accounts or roles have changed."""
    if any(True for _ in after.roles.changed_since(before.roles)):
        return {*before.accounts, *after.accounts}
    return [name for name, _ in after.accounts.changed_since(before.accounts)]


def _with_key_of_others(before: State, after: State, by: str) -> Collection[str]:
    """The users who got an SSH key that they have not added themselves."""
    return {new.user for key, new in after.ssh_keys.changed_since(before.ssh_keys)
            if new is not None and new.user != by and _line(before, key) != new.line}


def _line(state: State, key: str) -> str | None:
    one = state.ssh_keys.get(key)
    return one.line if one else None


def _password(state: State, name: str) -> str | None:
    account = state.accounts.get(name)
    return account.password if account else None


def _secures(state: State, name: str) -> bool:
    account = state.accounts.get(name)
    return account is not None and security.secures(state, account)


def _others(state: State, but: set[str]) -> tuple[Agreeing, ...]:
    """The administrators who could agree, without those of these names."""
    return tuple(_as_now(state, one.name) for one in state.accounts.values()
                 if one.name not in but and security.secures(state, one))


def _as_now(state: State, name: str) -> Agreeing:
    account = state.accounts.get(name)
    return Agreeing(name, account.password_changed_at if account else None)
