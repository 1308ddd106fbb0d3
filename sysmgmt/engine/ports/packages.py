"""The port of packages and of what installs them."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.packages import Signature


class Packages(Protocol):
    """Looks at packages."""

    def signer(self, file: str, data: bytes, signature: bytes) -> "Signature":
        """Who has signed `data`. Raises PackageRefused, ServiceRefused where there is no gpgv."""

    def about(self, data: bytes) -> tuple[str, str]:
        """Name and version of a wheel; "" and "" for anything else."""

    def install(self, file: str, downgrade: bool) -> None:
        """Have systemd install a release, apart from this process. Raises ServiceRefused."""
