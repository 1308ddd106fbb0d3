"""All peers that keep users, at once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.peers import kerberos, openldap, postgres
from tests.bench.peers.peer import Peer


@contextmanager
def running(folder: Path, users: int = 100) -> Iterator[list[Peer]]:
    """All of them for a while, with so many users each."""
    folder.mkdir()
    with ExitStack() as stack:
        peers = [stack.enter_context(one.running(folder / one.__name__.rpartition(".")[2]))
                 for one in (kerberos, openldap, postgres)]
        for one in peers:
            one.fill(users)
        yield peers
