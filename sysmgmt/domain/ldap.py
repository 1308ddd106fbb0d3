"""The settings of the directory (R043, R067-R075), and what is needed to speak to one of its servers."""

from typing import NamedTuple

from sysmgmt.domain.directory import CLEAR, NAME, DirectorySettings
from sysmgmt.domain.errors import ClearText, NotConfigured
from sysmgmt.domain.model import State
from sysmgmt.domain.truststore import Trust


class Access(NamedTuple):
    """One server of the directory with all that is needed to speak to it; `password` is that of the bind DN."""

    server: str
    settings: DirectorySettings
    password: str
    trust: Trust


def settings(state: State) -> DirectorySettings:
    """The settings of the directory. Raises NotConfigured."""
    found = state.directories.get(NAME)
    if found is None:
        raise NotConfigured(what="directory", command="config_ldap")
    return found


def check_protocol(new: DirectorySettings, insecure: bool) -> None:
    """Raise ClearText for plain LDAP, unless it is known to be `insecure`."""
    if new.protocol == CLEAR and not insecure:
        raise ClearText(f"Over {CLEAR} everybody on the way can read the passwords of all users of the directory.",
                        "Use protocol=ldaps or protocol=starttls; where the server leaves no choice, add "
                        "insecure=yes.")


def configure(state: State, new: DirectorySettings, insecure: bool) -> State:
    """The state with these settings; whether the directory is in use stays as it is. Raises ClearText."""
    check_protocol(new, insecure)
    old = state.directories.get(NAME)
    return state._replace(directories=state.directories.put(NAME, new._replace(enabled=bool(old and old.enabled))))


def switch(state: State, on: bool) -> State:
    """The state in which the directory is in use, or not. Raises NotConfigured."""
    old = settings(state)
    return state._replace(directories=state.directories.put(NAME, old._replace(enabled=on)))


def clear(state: State) -> State:
    """The state without a directory. Raises NotConfigured."""
    settings(state)
    return state._replace(directories=state.directories.without(NAME))
