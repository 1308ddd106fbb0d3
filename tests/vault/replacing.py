"""Replaces the master key of the box in a folder, and seals again what was sealed: a process to be killed.

The login banner is what is sealed here. Without a key to replace it makes the first one.
"""

import sys

from sysmgmt.engine.commit import Both, commit
from sysmgmt.host.services import NoServices
from sysmgmt.store.keyfile import KeyFile
from sysmgmt.store.state import StateStore
from sysmgmt.vault.sealing import MasterKeys

SECRET, PLACE = "what nobody may lose", "settings banner"


def replace(folder: str) -> None:
    """Make a new master key and seal the secret under it."""
    keys = MasterKeys(KeyFile(folder))
    with StateStore(folder).writing() as transaction:
        state = transaction.state
        old = state.settings
        secret = keys.unseal(old.banner, PLACE) if old.banner else SECRET
        new = keys.make(0.0)
        settings = old._replace(banner=keys.seal(secret, PLACE, new), master_key=new)
        commit(Both(NoServices(), keys), transaction, state._replace(settings=settings))


if __name__ == "__main__":
    replace(sys.argv[1])
