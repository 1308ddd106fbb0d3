"""The users of the state as users of the operating system, through libnss-extrausers (service `nss`).

sshd and login know them by it: name, number, and the launcher that is their shell. Nothing in
these files lets anybody in: passwords, locks and keys are the engine's business (PAM).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sysmgmt.domain import roles
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Account, State
from sysmgmt.host import files, inscriptions
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "nss"
FOLDER = "/var/lib/extrausers"
LEAST_GID = 500
"""libnss-extrausers hides users whose group has a smaller number."""


class Shells(NamedTuple):
    """What a user gets: the launchers, the one empty home, the one group."""

    boxmgmt: str
    sysmgmt: str
    home: str
    gid: int


def service(shells: Shells, shadow_gid: int, root: str = "/") -> Service:
    """The service: three files that need no checker of their own and no reload."""
    def render(state: State) -> Mapping[str, File | None]:
        accounts = [one for one in state.accounts.values() if one.uid is not None]
        check_names(accounts, files.within(root, "/etc/passwd"))
        return {f"{FOLDER}/passwd": File(_lines(passwd_line(one, shells) for one in accounts)),
                f"{FOLDER}/shadow": File(_lines(f"{one.name}:*:1::::::" for one in accounts), 0o640, shadow_gid),
                f"{FOLDER}/group": File(b"")}
    return Service(NAME, render, concerns, _no_reload)


def passwd_line(account: Account, shells: Shells) -> str:
    """One line of passwd(5). A user who is locked is listed too: PAM refuses him, and knows his name.

    Raises ServiceRefused.
    """
    inscriptions.check(NAME, (account.name, account.role), apart=":")
    shell = shells.boxmgmt if roles.shell(account.role) else shells.sysmgmt
    return f"{account.name}:x:{account.uid}:{shells.gid}:{account.role}:{shells.home}:{shell}"


def concerns(old: State, new: State) -> bool:
    """Whether a name, a number or a role has changed; a login or a wrong password has not."""
    return any(_listed(after) != _listed(old.accounts.get(name))
               for name, after in new.accounts.changed_since(old.accounts))


def check_names(accounts: list[Account], passwd: str) -> None:
    """Raise ServiceRefused where a user of the operating system has the name or the number of one of ours."""
    names, numbers = {one.name for one in accounts}, {str(one.uid): one.name for one in accounts}
    found = files.read(passwd) or File(b"")
    for line in found.content.decode(errors="replace").splitlines():
        fields = line.split(":")
        if fields[0] in names:
            raise ServiceRefused(service=NAME, words=f"the operating system has a user {fields[0]} of its own")
        if len(fields) > 2 and fields[2] in numbers:
            raise ServiceRefused(service=NAME, words=(
                f"the user {fields[0]} of the operating system has the number {fields[2]}, "
                f"which is that of {numbers[fields[2]]}"))


def _listed(account: Account | None) -> tuple[object, ...] | None:
    return None if account is None or account.uid is None else (account.name, account.uid, account.role)


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _no_reload() -> None:
    """The library reads the files at every look-up."""
