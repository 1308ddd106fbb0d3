"""A process that adds users and says so: `python -m tests.faults.writer FOLDER COUNT [PREFIX] [KIND]`.

Each name goes to standard output before the change ("try NAME") and after the store answered
("done NAME"), so that a harness that kills or starves this process knows what was promised. With KIND `--compact`
every tenth change is followed by a compaction. With KIND
`--stock` the same is done to TinyDB's own JSONStorage: the positive control of every harness.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import Account
from sysmgmt.store.state import StateStore


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def add(store: StateStore, name: str) -> None:
    """Add one user."""
    with store.writing() as writing:
        state = writing.state
        account = Account(name, "monitor", password="x" * 90)
        writing.save(state._replace(accounts=state.accounts.put(name, account)))


def names(said: Sequence[str], word: str) -> set[str]:
    """The users that a writer said `word` of; a last line that was cut by a kill does not count."""
    lines = [line.split() for line in said]
    return {words[1] for words in lines if len(words) >= 2 and words[0] == word} - {"compaction"}


def stock(folder: str) -> Callable[[str], None]:
    """What adds one user with stock TinyDB."""
    from tinydb import TinyDB, where
    accounts = TinyDB(f"{folder}/stock.json").table("accounts")

    def add(name: str) -> None:
        accounts.insert({"name": name, "role": "monitor", "password": "x" * 90})
        accounts.update({"password": ""}, where("name") == name)  # The file shrinks: a kill leaves an old tail.
    return add


def main(folder: str, count: str, prefix: str = "u", kind: str = "") -> int:
    """Add `count` users; 6 when the store refused one, after which the rest is still tried."""
    store = StateStore(folder)
    enter = stock(folder) if kind == "--stock" else partial(add, store)
    status = 0
    for number in range(int(count)):
        status |= attempt(enter, f"{prefix}{number}")
        if kind == "--compact" and number % 10 == 5:
            status |= attempt(lambda _: say(f"sizes {dict(store.compact())}"), "compaction")
    return status


def attempt(act: Callable[[str], None], name: str) -> int:
    """Say what is tried and what came of it."""
    say(f"try {name}")
    try:
        act(name)
    except (Refusal, OSError) as problem:
        say(f"refused {name} {type(problem).__name__}")
        return 6
    say(f"done {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
