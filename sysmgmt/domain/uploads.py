"""Upload targets: where the box brings files to, and how it knows that it is there (R027)."""

from typing import NamedTuple

from sysmgmt.domain.errors import ClearText, ConfirmationNeeded, Refusal, TargetExists, TargetInUse, UnknownTarget
from sysmgmt.domain.levels import CLEAR_TEXT, unknowing
from sysmgmt.domain.model import State, UploadTarget
from sysmgmt.domain.times import iso
from sysmgmt.domain.truststore import Trust

SFTP, FTPS, FTP = "sftp", "ftps", "ftp"
PROTOCOLS = {SFTP: 22, FTPS: 21, FTP: 21}
"""How a target is spoken to, and the usual port; ftps is explicit TLS (AUTH TLS)."""
TEMPORARY = ".tmp"
"""Behind the name of a file that has not arrived as a whole yet."""
IN_CLEAR = "Over ftp everybody on the way can read the password and the file, and nobody knows who takes it."


class Goal(NamedTuple):
    """A target, ready to be spoken to: the fingerprint of its SSH host key, or whom TLS may trust."""

    target: UploadTarget
    password: str
    trust: Trust


def find(state: State, name: str) -> UploadTarget:
    """The target of that name. Raises UnknownTarget."""
    found = state.upload_targets.get(name)
    if found is None:
        raise UnknownTarget(name=name)
    return found


def add(state: State, new: UploadTarget, insecure: bool) -> State:
    """The state with one more target. Raises TargetExists, TargetInUse, ClearText, LevelForbids."""
    if new.name in state.upload_targets:
        raise TargetExists(name=new.name)
    _check_unscheduled(state, new.name)
    if new.protocol == FTP and not insecure:
        asked = ClearText(IN_CLEAR, "Use protocol=sftp or ftps; where the receiver leaves no choice, add insecure=yes.")
        raise unknowing(state.settings, CLEAR_TEXT, asked, "Use protocol=sftp or protocol=ftps.")
    return state._replace(upload_targets=state.upload_targets.put(new.name, new))


def remove(state: State, name: str) -> State:
    """The state without a target. Raises UnknownTarget, TargetInUse."""
    found = find(state, name)
    _check_unscheduled(state, name)
    return state._replace(upload_targets=state.upload_targets.without(found.name))


def _check_unscheduled(state: State, name: str) -> None:
    """Where scheduled backups go takes the permission of schedules, not that of targets. Raises TargetInUse."""
    for one in state.backup_schedules.values():
        if one.target == name:
            raise TargetInUse(schedule=one.name, name=name)


def confirmation(server: str, port: int, shown: str) -> Refusal:
    """What asks a person to look at the fingerprint of a host key."""
    refusal = ConfirmationNeeded(question=f"{server} shows on port {port} the SSH host key\n{shown}\nTrust it?")
    refusal.hint = f"Add fingerprint={shown} to confirm."
    refusal.confirms = {"fingerprint": shown}
    return refusal


def warnings(one: UploadTarget) -> tuple[str, ...]:
    """What is to be said of a target each time."""
    return (IN_CLEAR,) if one.protocol == FTP else ()


def facts(one: UploadTarget) -> dict[str, object]:
    """One element of get_upload_targets."""
    told = {**one._asdict(), "password_configured": bool(one.password), "directory": one.directory or None,
            "host_key": one.host_key or None, "added_at": iso(one.added_at)}
    del told["password"]
    return told
