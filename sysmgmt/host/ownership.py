"""The one boxmgmtd of a state: whoever holds the lock file owns it, and a process that ends lets go."""

import fcntl
import os

NAME = "boxmgmtd.lock"


def take(folder: str) -> int | None:
    """A descriptor that holds the lock for as long as it is open; None if another process has it."""
    descriptor = os.open(os.path.join(folder, NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except BlockingIOError:
        os.close(descriptor)
        return None


def is_taken(folder: str) -> bool:
    """Whether a boxmgmtd owns the state in `folder`."""
    if not os.path.exists(os.path.join(folder, NAME)):
        return False
    descriptor = take(folder)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None
