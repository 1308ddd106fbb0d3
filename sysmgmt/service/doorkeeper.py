"""What PAM and sshd ask: only root, and for keys the AuthorizedKeysCommand user, get an answer.

Why somebody is refused is said only once a password or a key has shown who it is.
"""

import pwd
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sysmgmt.domain import lockout, sessions, ssh_keys
from sysmgmt.domain.errors import AccountLocked, InvalidValue, LoginFailed, Refusal, UnknownUser
from sysmgmt.domain.model import LDAP_GROUP, LOCAL, Account, State
from sysmgmt.domain.names import canonical
from sysmgmt.engine import departure, ldap_users, login
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import Caller
from sysmgmt.host import processes
from sysmgmt.service.values import text
from sysmgmt.service.wire import Garbled

if TYPE_CHECKING:
    from sysmgmt.service.visit import Visit

KEYS_USER = "boxmgmt-keys"
"""The user that sshd runs AuthorizedKeysCommand as."""
GONE = "The directory does not let you in any more: it has locked or disabled you, or has you or your group no longer."
Parameters = Mapping[str, Any]
Facts = dict[str, Any]


def authenticate(visit: "Visit", given: Parameters) -> Facts:
    """Check a password, counted like any other."""
    _only(visit, 0)
    answer = login.authenticate(visit.house, _caller(given), text(given.get("name")), text(given.get("password")))
    return {"accepted": answer.status == 0, "message": answer.message or ""}


def account(visit: "Visit", given: Parameters) -> Facts:
    """Whether a user who has proven who it is may come in: after a key login this is the only check.

    A refusal leaves a record, as that of a password does.
    """
    _only(visit, 0)
    caller = _caller(given)._replace(user=canonical(text(given.get("name"))))
    try:
        _check_in(visit.house, _user(visit.house.box.store.read(), given), caller)
    except Refusal as refusal:
        login.turn_away(visit.house, caller, refusal)
        return {"accepted": False, "message": "\n".join(filter(None, (str(refusal), refusal.advice)))}
    return {"accepted": True, "message": ""}


def _check_in(house: House, found: Account | None, caller: Caller) -> None:
    """Raise the refusal of one who may not come in."""
    if found is None:
        raise LoginFailed("")
    if found.type != LOCAL:
        try:
            ldap_users.check_in(house, caller)
        except UnknownUser:
            raise LoginFailed(GONE) from None
    if found.locked_by in lockout.FINAL or (found.locked_by and not lockout.own_counter(found, caller.console)):
        raise AccountLocked()
    sessions.check_room(house.box.store.read(), found.name)


def open_session(visit: "Visit", given: Parameters) -> Facts:
    """Register the session of a login: it ends with the process that runs PAM."""
    _only(visit, 0)
    found = _user(visit.house.box.store.read(), given)
    if found is None:
        return {"accepted": False, "message": ""}
    parent = [*processes.ancestors(visit.peer.pid), "", ""][1]
    registered = login.Login(parent, True, _fingerprint(text(given.get("auth", ""))))
    try:
        login.open_session(visit.house, _caller(given)._replace(user=found.name), registered)
    except Refusal as refusal:
        return {"accepted": False, "message": str(refusal)}
    return {"accepted": True, "message": ""}


def close_session(visit: "Visit", given: Parameters) -> Facts:
    """End the session of the process that runs PAM; one that was ended before is closed when that is gone."""
    _only(visit, 0)
    above = set(processes.ancestors(visit.peer.pid))
    for one in sessions.of(visit.house.box.store.read(), canonical(text(given.get("name")))):
        if one.process in above:
            login.log_out(visit.house, departure.of(one), visit.presence.forget(one.id))
    return {}


def keys(visit: "Visit", given: Parameters) -> Facts:
    """The keys of a user as lines for sshd.

    One who is locked has them too: `account` refuses whoever proves to be him, says why and records it.
    """
    _only(visit, 0, _uid(KEYS_USER))
    state = visit.house.box.store.read()
    found = _user(state, given)
    if found is None:
        return {"keys": []}
    return {"keys": [one.line for one in ssh_keys.of(state, found.name)]}


def _caller(given: Parameters) -> Caller:
    """Where a login comes from, as PAM tells it."""
    service, host, tty = (text(given.get(name, ""))[:255] for name in ("service", "rhost", "tty"))
    console = service == "login" and bool(tty) and not host
    endpoint = "console" if console else "ssh" if "ssh" in service else service[:32]
    return Caller(origin=host or tty.removeprefix("/dev/"), endpoint=endpoint, console=console)


def _fingerprint(auth: str) -> str:
    """The fingerprint of the key that sshd says it has accepted; '' for another method."""
    for line in reversed(auth.splitlines()):
        method, _, key = line.partition(" ")
        if method == "publickey":
            try:
                return ssh_keys.fingerprint(ssh_keys.read(key)[0])
            except InvalidValue:
                return ""
    return ""


def _only(visit: "Visit", *uids: int | None) -> None:
    if visit.peer.uid not in uids:
        raise Garbled("not for you")


def _user(state: State, given: Parameters) -> Account | None:
    """The user whom PAM or sshd names, if the machine means that one by it and not one of its own (as of a package)."""
    found = state.accounts.get(canonical(text(given.get("name"))))
    if found is None or found.type == LDAP_GROUP or _uid(found.name) not in (None, found.uid):
        return None
    return found


def _uid(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None
