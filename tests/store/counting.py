"""A process that adds users and counts: `python -m tests.store.counting FOLDER COUNT PREFIX [--compact]`."""

import sys

from sysmgmt.domain.model import Account
from sysmgmt.store.state import StateStore


def main(folder: str, count: str, prefix: str, kind: str = "") -> None:
    """In each transaction add one user and raise the counter by one."""
    store = StateStore(folder)
    for number in range(int(count)):
        with store.writing() as writing:
            accounts = writing.state.accounts
            counter = accounts.get("counter") or Account("counter", "monitor")
            accounts = accounts.put("counter", counter._replace(strikes=counter.strikes + 1))
            name = f"{prefix}.{number}"
            writing.save(writing.state._replace(accounts=accounts.put(name, Account(name, "monitor"))))
        if kind == "--compact" and number % 3 == 0:
            store.compact()


if __name__ == "__main__":
    main(*sys.argv[1:])
