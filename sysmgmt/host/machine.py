"""The machine itself: its processes, and switching it off."""

import os
from collections.abc import Collection

from sysmgmt.domain.errors import ServiceRefused

TIME_LIMIT = 30
"""Seconds that systemctl may take to accept an order."""


class LinuxMachine:
    """The Linux machine that this process runs on."""

    def __init__(self) -> None:
        self._known = (0, "")

    def process(self) -> str:
        """A name of this process that no other process ever has: boot, number, start."""
        pid = os.getpid()
        if self._known[0] != pid:
            self._known = (pid, f"{_boot()}:{pid}:{_start(pid)}")
        return self._known[1]

    def dead(self, processes: Collection[str]) -> set[str]:
        """Those of `processes` that no longer run."""
        return {one for one in processes if not _runs(one)}

    def check_power(self) -> None:
        """Raise ServiceRefused where there is no systemd to reboot or shut down with."""
        if not os.path.isdir("/run/systemd/system"):
            raise ServiceRefused(service="The box", words="it has no systemd, so it cannot be switched from here")

    def reboot(self) -> None:
        """Restart the machine. Raises ServiceRefused."""
        self._order("reboot")

    def power_off(self) -> None:
        """Shut the machine down. Raises ServiceRefused."""
        self._order("poweroff")

    def _order(self, verb: str) -> None:
        import subprocess  # nothing else here needs it

        self.check_power()
        done = subprocess.run(["/usr/bin/systemctl", verb], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIME_LIMIT, check=False, text=True, errors="replace")
        if done.returncode:
            raise ServiceRefused(service="systemctl", words=done.stderr.strip() or f"status {done.returncode}")


def _boot() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read(8)


def _start(pid: int) -> str:
    """When the process started, in clock ticks after boot. Raises OSError if there is none."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[19]


def _runs(name: str) -> bool:
    boot, _, rest = name.partition(":")
    pid, _, start = rest.partition(":")
    try:
        return boot == _boot() and pid.isdecimal() and start == _start(int(pid))
    except OSError:
        return False
