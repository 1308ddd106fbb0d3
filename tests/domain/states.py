"""States as values, for tests of rules."""

from sysmgmt.domain.model import Account, Settings, State


def state_of(*those: Account, settings: Settings = Settings()) -> State:
    """A state with these accounts."""
    state = State(settings=settings)
    for one in those:
        state = state._replace(accounts=state.accounts.put(one.name, one))
    return state
