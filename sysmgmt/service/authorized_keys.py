"""The program that sshd runs as AuthorizedKeysCommand: the keys that a user of the box has added."""

import os
import sys

from sysmgmt.service.asking import Unanswered, ask

RESTRICTION = "restrict,pty "
"""Before each key, whatever the configuration of sshd says: a shell and nothing else."""


def lines(path: str, name: str) -> list[str]:
    """Lines of authorized_keys(5) for the user `name`; none where boxmgmtd does not answer."""
    try:
        reply = ask(path, "Keys", {"name": name})
    except Unanswered:
        return []
    keys = reply.get("keys")
    return [RESTRICTION + one for one in keys if isinstance(one, str) and one.isprintable()] \
        if isinstance(keys, list) else []


def main(path: str) -> None:
    """Print the keys of the user that the first argument names."""
    for line in lines(path, sys.argv[1] if len(sys.argv) > 1 else ""):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    os._exit(0)
