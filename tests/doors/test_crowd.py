"""Many at once: every login is answered, and nobody is dropped."""

import subprocess
import time

from tests.doors.machine import ENVIRONMENT
from tests.doors.site import PIPED, Site

USERS, EACH = 5, 10


def test_fifty_parallel_logins_are_all_let_in(site: Site) -> None:
    names = [f"user{number}" for number in range(USERS)]
    site.as_admin(*(f'add_user name={name} role=monitor password="User-Pass-1" must_change=no' for name in names))
    keys = {name: site.key(name) for name in names}
    begun = time.monotonic()
    running = [subprocess.Popen(site.machine.inside(*PIPED, "-i", keys[name], f"{name}@127.0.0.1", "get_current_user"),
                                env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE) for name in names for _ in range(EACH)]
    done = [(one.communicate(timeout=110), one.returncode) for one in running]
    print(f"{len(done)} logins in {time.monotonic() - begun:.1f} s")
    assert [output for output, status in done if status] == []
