"""The crowd at the door: how many connections there may be at a time, of all users and of one.

What PAM and sshd ask goes before: it takes no place of the others, so that they cannot shut it out.
"""

import pwd
import threading
from collections import Counter

from sysmgmt.service.deployment.site import KEYS_USER


class Places:
    """So many in all, so many for one uid."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, uid: int) -> bool:
        """Take a place; whether there was one."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[uid] >= self._most_of_one:
                return False
            self._taken[uid] += 1
            return True

    def leave(self, uid: int) -> None:
        """Give one back."""
        with self._lock:
            self._taken[uid] -= 1


def helps(uid: int) -> bool:
    """Whether programs of that user ask for PAM and for sshd: root, and the user of AuthorizedKeysCommand."""
    try:
        return uid in (0, pwd.getpwnam(KEYS_USER).pw_uid)
    except KeyError:
        return uid == 0
