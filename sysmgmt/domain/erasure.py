"""When a box is erased: once as many have wished it as there have to be (R244)."""

from sysmgmt.domain import security, sessions
from sysmgmt.domain.model import Erasure, State

PATIENCE = 900
"""Seconds within which a second administrator has to agree."""


def others(state: State, user: str) -> list[str]:
    """The administrators besides `user` who could agree."""
    return [one.name for one in state.accounts.values() if one.name != user and security.secures(state, one)]


def wish(state: State, user: str, now: float) -> State:
    """The state in which `user` wishes it; decided if another one wished it just before, or if there is no other."""
    before = state.settings.erasure
    agreed = before is not None and before.user != user and 0 <= now - before.since <= PATIENCE
    decided = agreed or not others(state, user)
    state = state._replace(settings=state.settings._replace(erasure=Erasure(user, now, decided)))
    if decided:
        for one in sessions.opened(state):
            state = sessions.cut(state, one, "the box is erased", now)
    return state
