"""The settings of the directory (R043, R067-R075), and what is needed to speak to one of its servers."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain.directory import CLEAR, LDAPS, NAME, PROTOCOLS, DirectorySettings
from sysmgmt.domain.errors import ClearText, LevelForbids, MissingValue, NotConfigured
from sysmgmt.domain.levels import CLEAR_TEXT, allows
from sysmgmt.domain.model import Settings, State, named
from sysmgmt.domain.truststore import Trust

CLEAR_PASSWORDS = "Everybody on the way to the directory can read the passwords of its users, and change its answers."
REACHED_BY = frozenset({"server", "secondary_server", "port", "protocol", "bind_dn"})
"""Settings that say to whom the password of the service account goes."""
_NOTHING = DirectorySettings(NAME, "", PROTOCOLS[LDAPS], LDAPS, "", "")


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


def check_protocol(settings: Settings, new: DirectorySettings, insecure: bool) -> None:
    """Raise ClearText for plain LDAP, unless it is known to be `insecure`; LevelForbids where the level is strict."""
    if new.protocol != CLEAR:
        return
    if not allows(settings, CLEAR_TEXT):
        raise LevelForbids("The security level forbids to send passwords in clear text.",
                           "Use protocol=ldaps or protocol=starttls.")
    if not insecure:
        raise ClearText(CLEAR_PASSWORDS,
                        "Use protocol=ldaps or protocol=starttls; where the server leaves no choice, add "
                        "insecure=yes.")


def configure(state: State, new: DirectorySettings, insecure: bool) -> State:
    """The state with these settings; whether the directory is in use stays as it is.

    Raises ClearText, LevelForbids for clear text unless it is known to be `insecure`, or was so already.
    """
    old = state.directories.get(NAME)
    if old is None or old.protocol != new.protocol:
        check_protocol(state.settings, new, insecure)
    return state._replace(directories=state.directories.put(NAME, new._replace(enabled=bool(old and old.enabled))))


def wished(state: State, command: str, given: Mapping[str, Any], with_password: bool) -> DirectorySettings:
    """The present settings with what is `given` to a command (None: not given) in their place. Raises MissingValue.

    Another protocol has its usual port unless one is given. The password that is kept is for the servers and the
    account that it was given for.
    """
    changed = named(given)
    present = state.directories.get(NAME)
    base = present or _NOTHING
    if changed.get("protocol", base.protocol) != base.protocol:
        changed.setdefault("port", PROTOCOLS[changed["protocol"]])
    needed = [one for one in ("server", "bind_dn", "base_dn") if present is None and one not in changed]
    new = base._replace(**changed)
    elsewhere = any(getattr(new, one) != getattr(base, one) for one in REACHED_BY)
    if not needed and not with_password and (present is None or elsewhere):
        needed = ["bind_password"]
    if needed:
        raise MissingValue(command=command, parameter=needed[0])
    return new


def warnings(new: DirectorySettings) -> Iterator[str]:
    """What should be different about these settings (R069, R070)."""
    if new.protocol == CLEAR:
        yield CLEAR_PASSWORDS
    if "admin" in new.bind_dn.partition(",")[0].lower():
        yield ("The service account seems to be an administrator: one that may read users and groups and nothing "
               "else is enough.")


def switch(state: State, on: bool) -> State:
    """The state in which the directory is in use, or not. Raises NotConfigured."""
    old = settings(state)
    return state._replace(directories=state.directories.put(NAME, old._replace(enabled=on)))


def clear(state: State) -> State:
    """The state without a directory. Raises NotConfigured."""
    settings(state)
    return state._replace(directories=state.directories.without(NAME))
