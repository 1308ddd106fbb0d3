"""Boxes to measure: installed, with cheap hashing, and with many users."""

import os
import subprocess
import sys
from pathlib import Path

from sysmgmt.domain.model import Account, Cost, SshKey
from sysmgmt.store.state import StateStore

CHEAP = Cost(passes=1, memory=8, lanes=1)
PASSWORD = "bench-Me-12"


def program(name: str) -> str:
    """The installed program; a module started with -m compiles nothing and finds a checkout."""
    found = Path(sys.executable).parent / name
    assert found.exists(), f"install the project first: {found} is missing"
    return str(found)


def new(folder: Path, users: int = 0, cost: Cost | None = CHEAP) -> list[str]:
    """A box in `folder` with so many users, each with an SSH key; the words that start sysmgmt on it.

    `cost` replaces the hashing of the level basic, so that a figure is net of hashing.
    """
    lines = f'install name=bench level=basic password="{PASSWORD}"\n'
    subprocess.run([program("sysmgmt"), "--state", str(folder)], input=lines, text=True, check=True,
                   capture_output=True)
    (folder / "password").write_text(PASSWORD + "\n")
    os.chmod(folder / "password", 0o600)
    store = StateStore(str(folder))
    with store.writing() as transaction:
        state = transaction.state
        if cost:
            state = state._replace(settings=state.settings._replace(hashing=cost))
        accounts, keys = state.accounts, state.ssh_keys
        for name in (f"user{number:06}" for number in range(users)):
            accounts = accounts.put(name, Account(name, "monitor", password="$" * 97))
            keys = keys.put(f"{name} print", SshKey(f"{name} print", name, "ssh-ed25519 AAAA", "print"))
        transaction.save(state._replace(accounts=accounts, ssh_keys=keys))
    store.compact()
    command = [program("sysmgmt"), "--state", str(folder), "--user", "admin", "--password-file",
               str(folder / "password")]
    subprocess.run([*command, "-c", "get_roles"], check=True, capture_output=True)  # re-hashes at this login
    return command
