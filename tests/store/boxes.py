"""Small boxes for the tests of the store."""

from sysmgmt.domain.model import Account, State
from sysmgmt.store.state import StateStore


def added(state: State, *names: str) -> State:
    """`state` with a user of each name."""
    accounts = state.accounts
    for name in names:
        accounts = accounts.put(name, Account(name, "monitor", groups=("east", "west")))
    return state._replace(accounts=accounts)


def add(store: StateStore, *names: str) -> State:
    """Add users in one transaction."""
    with store.writing() as writing:
        writing.save(added(writing.state, *names))
        return writing.state
