"""The port of a directory (LDAP)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # most commands need nothing of what these ports are about
    from sysmgmt.domain.directory import Count, Entry
    from sysmgmt.domain.ldap import Access


class DirectoryLink(Protocol):
    """A connection to a directory, bound as the service account, which may read and nothing else (R068).

    Everything raises DirectoryFailed where the directory refuses, ServerUnreachable where it no longer answers.
    """

    @property
    def tls(self) -> str:
        """The version of TLS that is spoken; "" for none."""

    def user(self, name: str) -> "Entry | None":
        """The one user with this login name."""

    def group(self, name: str) -> "Entry | None":
        """The one group with this name."""

    def groups(self, user: "Entry") -> "tuple[Entry, ...]":
        """The groups of a user, with those above them if groups nest."""

    def members(self, group: "Entry") -> "tuple[Entry, ...]":
        """The users of a group, with those of groups within it if groups nest."""

    def check(self, user: "Entry", password: str) -> str:
        """The verdict over a password (`sysmgmt.domain.directory.VERDICTS`), by exactly one bind.

        An empty password is wrong, without a bind. Afterwards the connection serves for nothing else.
        """

    def contexts(self) -> tuple[str, ...]:
        """Where the directory says that its entries begin, the likeliest first."""

    def bases(self, groups: bool) -> tuple[str, ...]:
        """The DN that all users, or all `groups`, lie below, as far as can be seen at once; then the contexts."""

    def check_base(self, dn: str) -> None:
        """Raise DirectoryFailed unless there is this entry."""

    def count_users(self) -> "Count":
        """How many users there are."""

    def count_groups(self) -> "Count":
        """How many groups there are."""


class Directory(Protocol):
    """Speaks to directories."""

    def check_installed(self) -> None:
        """Raise LdapNotInstalled where the box lacks what speaks to them."""

    def open(self, access: "Access", passed: Callable[[str], None]) -> AbstractContextManager[DirectoryLink]:
        """A connection; `passed` hears of each step to it: name, port, tls, bind.

        Raises LdapNotInstalled, ServerUnreachable, ServerRefused, DirectoryFailed.
        """
