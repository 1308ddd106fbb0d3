"""The ports of others on the network."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from sysmgmt.domain.model import Certificate, Partner

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.mail import Letter, Post
    from sysmgmt.domain.partner_messages import Heard, Message, Proof
    from sysmgmt.domain.snmp import Notification, Target
    from sysmgmt.domain.syslog import Relay
    from sysmgmt.domain.truststore import Trust
    from sysmgmt.domain.uploads import Goal


class Servers(Protocol):
    """Others whom the box connects to."""

    def presented(self, server: str, port: int, tls_minimum: str, protocol: str = "") -> tuple[Certificate, ...]:
        """The certificates that a server shows to anybody; one that speaks a `protocol` is asked for TLS first.

        Raises ServerUnreachable, ServerRefused.
        """

    def check(self, trust: "Trust", server: str, port: int) -> None:
        """Connect, and raise ServerRefused or ServerUnreachable if that is not `server`."""


class Partners(Protocol):
    """Other boxes that this one speaks with."""

    def ask(self, one: Partner, proof: "Proof | None", message: "Message") -> "Heard":
        """Tell a partner a message, and hear its own; without `proof`, without TLS. Raises PartnerFailed."""


class Mailer(Protocol):
    """Speaks to mail servers."""

    def deliver(self, post: "Post", letters: "Sequence[Letter]", passed: Callable[[str], None],
                accepted: "Callable[[Letter], None]") -> None:
        """Bring letters to a server; `passed` hears of each step to it, `accepted` of each letter that it took.

        It never lasts longer than a minute. Raises ServerUnreachable, ServerRefused, DeliveryFailed.
        """


class Uploads(Protocol):
    """Brings files to servers."""

    def host_key(self, server: str, port: int) -> str:
        """The SHA-256 fingerprint of the SSH host key that a server shows to anybody. Raises ServerUnreachable."""

    def send(self, goal: "Goal", name: str, pieces: Iterable[bytes], passed: Callable[[str], None]) -> None:
        """Bring a file to a target; it has its name once it is there as a whole. `passed` hears of each step.

        Raises ServerUnreachable, ServerRefused, UploadFailed, UploadNotInstalled.
        """


class Link(Protocol):
    """A connection to a syslog server."""

    def send(self, messages: Sequence[bytes]) -> None:
        """Send messages. Raises DeliveryFailed."""

    def check(self, seconds: float = 0.0) -> None:
        """Wait that long for the server to refuse or to hang up: raises DeliveryFailed then."""

    def under_way(self) -> int:
        """Bytes that have not yet arrived at the other machine, as far as that is known."""

    def close(self) -> None:
        """Hang up."""


class Sender(Protocol):
    """Speaks to syslog servers."""

    def open(self, relay: "Relay", passed: Callable[[str], None]) -> Link:
        """A connection that the server has not refused; `passed` hears of each step to it.

        Raises ServerUnreachable, ServerRefused, DeliveryFailed.
        """


class Notifier(Protocol):
    """Speaks to SNMP receivers."""

    def notify(self, target: "Target", what: "Notification", passed: Callable[[str], None]) -> None:
        """Send a notification; `passed` hears of each step. One that is to be confirmed is, on return.

        It never lasts longer than half a minute. Raises ServerUnreachable, DeliveryFailed, ServiceRefused.
        """

    def module(self) -> str:
        """The MIB: what tells a receiver how to read notifications. Raises ServiceRefused."""
