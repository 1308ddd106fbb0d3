"""The ports of the machine that the box runs on, and of its services."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from sysmgmt.domain.model import State

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.network import Device
    from sysmgmt.domain.origins import Place
    from sysmgmt.domain.ssh_keys import HostKey
    from sysmgmt.domain.timekeeping import ClockStatus
    from sysmgmt.domain.tls import Listener


class Machine(Protocol):
    """The machine that the box runs on."""

    def process(self) -> str:
        """A name of this process that no other process ever has."""

    def dead(self, processes: Collection[str]) -> set[str]:
        """Those of `processes` that no longer run."""

    def handshakes(self, address: str, port: int) -> Mapping[str, Sequence[str]] | None:
        """What TLS is accepted there: by version, its suites. None where nothing answers in time."""

    def check_power(self) -> None:
        """Raise ServiceRefused where the machine cannot be rebooted or shut down from here."""

    def reboot(self) -> None:
        """Restart the machine. Raises ServiceRefused."""

    def power_off(self) -> None:
        """Shut the machine down. Raises ServiceRefused."""


class Origins(Protocol):
    """Where logins come from, and how many of them failed lately (see `sysmgmt.domain.origins`)."""

    def take(self, origin: str, most: int) -> "Place":
        """Take a place of that address, of which so many may fail."""

    def leave(self, origin: str, failed: bool) -> None:
        """Give it back, or count a failure."""


class Prepared(Protocol):
    """What a state wants of the services of the machine, rendered and checked, but not yet in place."""

    def apply(self) -> None:
        """Put it into place and have the services take it. Raises ServiceRefused; all is as before then."""

    def discard(self) -> None:
        """Forget it."""


class Services(Protocol):
    """The services of the machine that follow the state."""

    def prepare(self, old: State, new: State) -> Prepared:
        """Render what `new` wants and have the services' own checkers look at it.

        Nothing has changed when this returns. Raises ServiceRefused with the checker's words.
        """

    def heal(self, state: State) -> None:
        """Make the machine what `state` wants, after a crash in between. Raises ServiceRefused."""


class Hosted(Services, Protocol):
    """Services of which some listen."""

    def listeners(self, state: State) -> "Sequence[Listener]":
        """Where they speak TLS, or would."""


class Eraser(Protocol):
    """Erases all that the box has stored."""

    def begin(self) -> None:
        """Overwrite the keys, and have the rest erased when the state is opened next. Raises StorageFailed."""


class Network(Protocol):
    """The networks and the clock of the machine, as they are now."""

    def is_governed(self) -> bool:
        """Whether they follow the state: boxmgmtd is deployed here."""

    def check(self) -> None:
        """Raise ServiceRefused where they are not governed."""

    def host_name(self) -> str:
        """What the machine calls itself."""

    def devices(self) -> "Sequence[Device]":
        """Its network devices."""

    def name_servers(self) -> Sequence[str]:
        """The servers that it asks for names."""

    def forwards(self) -> bool:
        """Whether it passes on what is meant for others."""

    def filters(self) -> bool:
        """Whether the rules of the firewall are in force."""

    def clock(self) -> "ClockStatus":
        """How well its clock is kept."""


class Doors(Protocol):
    """The doors of the machine, SSH and the console, as far as the box governs them."""

    def is_governed(self) -> bool:
        """Whether they follow the state: boxmgmtd is deployed here."""

    def check(self) -> None:
        """Raise ServiceRefused where they are not governed."""

    def root_has_credential(self) -> bool:
        """Whether root has a password or a key to log in with. Raises ServiceRefused."""

    def root_stays(self) -> bool:
        """Whether the login of root is as it was before boxmgmtd was deployed."""

    def host_keys(self) -> "Sequence[HostKey]":
        """The host keys of sshd that stand on the machine now. Raises ServiceRefused."""
