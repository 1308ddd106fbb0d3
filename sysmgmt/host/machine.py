"""The machine itself: its processes, and switching it off."""

import os
from collections.abc import Collection, Mapping, Sequence

from sysmgmt.domain.errors import MasterKeyMissing, ServiceRefused
from sysmgmt.host import processes
from sysmgmt.host.daemons import SYSTEMD

CREDENTIAL = "boxmgmt.master-key"
"""The systemd credential that the master key is kept under, where there is one."""


def credential() -> bytes | None:
    """What systemd has handed to this service to keep the master key under. Raises MasterKeyMissing."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    try:
        with open(os.path.join(folder, CREDENTIAL), "rb") as file:
            return file.read() or None
    except FileNotFoundError:
        return None
    except OSError:
        raise MasterKeyMissing() from None


class LinuxMachine:
    """The Linux machine that this process runs on."""

    def __init__(self) -> None:
        self._known = (0, "")

    def process(self) -> str:
        """A name of this process that no other process ever has."""
        if self._known[0] != os.getpid():
            self._known = (os.getpid(), processes.own())
        return self._known[1]

    def dead(self, names: Collection[str]) -> set[str]:
        """Those of `names` that no longer run."""
        return {one for one in names if not processes.runs(one)}

    def handshakes(self, address: str, port: int) -> Mapping[str, Sequence[str]] | None:
        """What TLS is accepted there: by version, its suites. None where nothing answers in time."""
        from sysmgmt.host import handshakes  # brings all of OpenSSL

        try:
            return handshakes.accepted(handshakes.Place(address, port))
        except handshakes.Silent:
            return None

    def check_power(self) -> None:
        """Raise ServiceRefused where there is no systemd to reboot or shut down with."""
        if not os.path.isdir(SYSTEMD):
            raise ServiceRefused("There is no systemd here to restart or stop the box with.")

    def reboot(self) -> None:
        """Restart the machine. Raises ServiceRefused."""
        self._order("reboot")

    def power_off(self) -> None:
        """Shut the machine down. Raises ServiceRefused."""
        self._order("poweroff")

    def _order(self, verb: str) -> None:
        from sysmgmt.host import programs  # nothing else here runs one

        self.check_power()
        programs.run("systemctl", ["/usr/bin/systemctl", verb])
