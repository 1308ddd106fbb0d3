"""When a box is erased: once as many have wished it as there have to be (R244)."""

from sysmgmt.domain import security, sessions
from sysmgmt.domain.appliance import Agreeing
from sysmgmt.domain.model import Erasure, State

PATIENCE = 900
"""Seconds within which a second administrator has to agree."""


def wish(state: State, user: str, now: float) -> State:
    """The state in which `user` wishes it: decided if that agrees to an earlier wish, or if there is no other.

    Who may agree is fixed with the first wish: one person alone can neither lock them out of it afterwards,
    nor make or take over an account that agrees.
    """
    wished = state.settings.erasure
    if wished is None or not wished.decided and not 0 <= now - wished.since <= PATIENCE:
        wished = Erasure(user, now, False, _others(state, user))
    decided = wished.decided or not wished.others or _as_now(state, user) in wished.others
    state = state._replace(settings=state.settings._replace(erasure=wished._replace(decided=decided)))
    if decided:
        for one in sessions.opened(state):
            state = sessions.cut(state, one, "the box is erased", now)
    return state


def _others(state: State, user: str) -> tuple[Agreeing, ...]:
    """The administrators besides `user` who could agree."""
    return tuple(_as_now(state, one.name) for one in state.accounts.values()
                 if one.name != user and security.secures(state, one))


def _as_now(state: State, name: str) -> Agreeing:
    account = state.accounts.get(name)
    return Agreeing(name, account.password_changed_at if account else None)
