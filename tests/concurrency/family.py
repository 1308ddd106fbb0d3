"""The model: a role and two users that may have it. Families know nothing of each other, so each is checked alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.concurrency.history import Operation

THRESHOLD = 3
"""Wrong passwords in a row that lock."""
OWN = "own"
"""The role of the family; the other one that a user may have is predefined."""
REFUSED_UNTRIED = frozenset({"BoxBusy"})
"""Answers that are possible at any time, and say that nothing was done."""


class User(NamedTuple):
    """A user.

    `lost` are attempts at the password that a kill cut off; the next attempt counts them as wrong. `sessions` may
    be open: a kill ends them, too.
    """

    role: str
    password: str
    locked: str = ""
    strikes: int = 0
    lost: int = 0
    sessions: frozenset[str] = frozenset()


class Family(NamedTuple):
    """The permissions of the role, and the users by their names; None where there is none."""

    role: str | None = None
    a: User | None = None
    b: User | None = None

    def user(self, name: str) -> User | None:
        """One of the users."""
        found: User | None = getattr(self, name)
        return found

    def having(self, name: str, user: User | None) -> "Family":
        """The family with another user of that name."""
        return self._replace(**{name: user})  # type: ignore[arg-type]


Outcome = tuple[str, Any, Family]
"""The code of an answer, what it shows, and the family after it."""
ENDING = frozenset({"reset_password", "rename", "remove_user", "lock_user"})
"""What ends the sessions of a user."""
LOOKING = frozenset({"get_role", "get_user", "use"})
NONE: frozenset[str] = frozenset()
CUT = "cut off"
"""The code of an outcome that nobody is told: what a kill may leave."""


def step(family: Family, one: Operation) -> Iterator[Family]:
    """See `history.Step`."""
    if one.code in REFUSED_UNTRIED:
        yield family
        return
    for code, seen, after in VERBS[one.verb](family, *one.given):
        if one.code is None or (one.code, one.seen) == (code, seen):
            yield after


def add_role(family: Family, permissions: str) -> Iterator[Outcome]:
    """See the command."""
    if family.role is None:
        yield "Done", None, family._replace(role=permissions)
    else:
        yield "RoleExists", None, family


def modify_role(family: Family, permissions: str) -> Iterator[Outcome]:
    """See the command."""
    if family.role is None:
        yield "UnknownRole", None, family
    else:
        yield _code(family.role != permissions), None, family._replace(role=permissions)


def remove_role(family: Family) -> Iterator[Outcome]:
    """See the command."""
    if family.role is None:
        yield "UnknownRole", None, family
    elif OWN in [one.role for one in (family.a, family.b) if one]:
        yield "RoleInUse", None, family
    else:
        yield "Done", None, family._replace(role=None)


def get_role(family: Family) -> Iterator[Outcome]:
    """What get_roles tells of the role."""
    yield "Done", family.role, family


def add_user(family: Family, name: str, role: str, password: str) -> Iterator[Outcome]:
    """See the command."""
    if family.user(name):
        yield "UserExists", None, family
    if _lacks(family, role):
        yield "UnknownRole", None, family
    if not family.user(name) and not _lacks(family, role):
        yield "Done", None, family.having(name, User(role, password))


def set_role(family: Family, name: str, role: str) -> Iterator[Outcome]:
    """See set_user."""
    user = family.user(name)
    if user is None:
        yield "UnknownUser", None, family
    if _lacks(family, role):
        yield "UnknownRole", None, family
    if user and not _lacks(family, role):
        yield _code(user.role != role), None, family.having(name, user._replace(role=role))


def reset_password(family: Family, name: str, password: str) -> Iterator[Outcome]:
    """See set_user."""
    return _changed(family, name, lambda user: user._replace(password=password, sessions=NONE))


def rename(family: Family, name: str, new_name: str) -> Iterator[Outcome]:
    """See set_user."""
    user = family.user(name)
    if user is None:
        yield "UnknownUser", None, family
    if family.user(new_name):
        yield "UserExists", None, family
    if user and not family.user(new_name):
        yield "Done", None, family.having(name, None).having(new_name, user._replace(sessions=NONE))


def remove_user(family: Family, name: str) -> Iterator[Outcome]:
    """See the command."""
    return _changed(family, name, lambda user: None)


def lock_user(family: Family, name: str) -> Iterator[Outcome]:
    """See the command."""
    return _changed(family, name, lambda user: user._replace(locked="command", sessions=NONE))


def unlock_user(family: Family, name: str) -> Iterator[Outcome]:
    """See the command. An attempt in progress is forgotten, too: that is a change that the model does not know."""
    user = family.user(name)
    if user is None:
        yield "UnknownUser", None, family
        return
    after = family.having(name, user._replace(locked="", strikes=0, lost=0))
    yield "Done", None, after
    if after == family:
        yield "Unchanged", None, family


def get_user(family: Family, name: str) -> Iterator[Outcome]:
    """What get_users tells of one user: the role, and whether it is locked."""
    user = family.user(name)
    if user is None:
        yield "UnknownUser", None, family
    else:
        yield "Done", (user.role, bool(user.locked)), family


def log_in(family: Family, name: str, password: str, session: str, overtaken: str = "") -> Iterator[Outcome]:
    """A login. A kill may cut it off once the attempt was counted.

    It may be `overtaken` by what ends sessions: then it is refused although the password was right.
    """
    user = family.user(name)
    if user is None:
        yield "LoginFailed", None, family
        return
    user = _struck(user._replace(lost=0), user.lost)
    if user.locked:
        yield "LoginFailed", None, family.having(name, user)
        return
    yield CUT, None, family.having(name, user._replace(lost=1))
    if user.password == password:
        right = family.having(name, user._replace(strikes=0))
        yield "Done", None, right.having(name, user._replace(strikes=0, sessions=user.sessions | {session}))
        if overtaken:
            yield "LoginFailed", None, right
    else:
        yield "LoginFailed", None, family.having(name, _struck(user, 1))


def use(family: Family, name: str, session: str) -> Iterator[Outcome]:
    """A command of a session: it may be over in any case, and goes on only if nothing has ended it."""
    user = family.user(name)
    yield "Over", None, family
    if user and session in user.sessions:
        yield "Done", None, family


def leave(family: Family, name: str, session: str) -> Iterator[Outcome]:
    """The end of a session."""
    user = family.user(name)
    yield "Done", None, family.having(name, user and user._replace(sessions=user.sessions - {session}))


def marked(history: Sequence[Operation]) -> list[Operation]:
    """The history with marks: what is quiet, and the logins that what ends sessions may have overtaken."""
    history = [one._replace(quiet=_is_quiet(one)) for one in history]
    ending = [one for one in history if one.verb in ENDING]
    return [one._replace(given=(*one.given, "overtaken")) if one.verb == "log_in" and any(
        one.given[0] in each.given and each.invoked < one.returned and one.invoked < each.returned
        for each in ending) else one for one in history]


def _is_quiet(one: Operation) -> bool:
    """Whether an operation changed nothing: it only looked, or was refused for sure."""
    return one.code is not None and (one.verb in LOOKING or one.code not in ("Done", "LoginFailed"))


def _struck(user: User, times: int) -> User:
    """A user after so many wrong passwords; those of a locked one are not counted."""
    if user.locked:
        return user
    strikes = user.strikes + times
    return user._replace(strikes=strikes, locked="attempts" if strikes >= THRESHOLD else "")


def _changed(family: Family, name: str, change: Callable[[User], User | None]) -> Iterator[Outcome]:
    user = family.user(name)
    if user is None:
        yield "UnknownUser", None, family
    else:
        after = family.having(name, change(user))
        yield _code(after != family), None, after


def _code(changed: bool) -> str:
    return "Done" if changed else "Unchanged"


def _lacks(family: Family, role: str) -> bool:
    return role == OWN and family.role is None


VERBS: Mapping[str, Callable[..., Iterator[Outcome]]] = {one.__name__: one for one in (
    add_role, modify_role, remove_role, get_role, add_user, set_role, reset_password, rename, remove_user, lock_user,
    unlock_user, get_user, log_in, use, leave)}
