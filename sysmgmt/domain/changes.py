"""What differs between two states, field by field, without its secrets: for the audit and for events."""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from sysmgmt.domain.model import SECRET, Account, SshKey, State
from sysmgmt.domain.model.certificates import Certificate
from sysmgmt.domain.records import Records
from sysmgmt.domain.times import iso

BOOKKEEPING = frozenset({("accounts", "pending"), ("accounts", "console_pending"), ("accounts", "console_tried_at"),
                         ("ssh_keys", "id"), ("ssh_keys", "user"), ("settings", "unsettled"),
                         ("settings", "displaced"),
                         ("settings", "erasure.begun")})
"""Fields that move with others; they tell nothing that those do not."""


LOGIN_FIELDS = frozenset({"strikes", "console_strikes", "wrong_in_a_row", "failed_logins", "last_login_at",
                          "last_login_from", "last_used_at", "greeted_at"})
"""Fields of an account and of its SSH keys that logins move: the audit has those as records of their own."""


class Difference(NamedTuple):
    """A field of a stored value that changed; `field` "" is the whole value, which came or went.

    In the place of a secret stands whether there is one.
    """

    table: str
    key: str
    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """As people read it: `accounts bob role: monitor -> admin`."""
        place = " ".join(filter(None, (self.table, self.key, self.field)))
        if self.field:
            return f"{place}: {_shown(self.before)} -> {_shown(self.after)}"
        return f"{place}: {'added' if self.before is None else 'removed'}"


def between(old: State, new: State) -> Iterator[Difference]:
    """The differences; costs what changed. `new` must have been made from `old`.

    A user who was renamed is one value whose name changed; so are the SSH keys that went along.
    """
    users = _renamed(old.accounts, new.accounts)
    moved = {"accounts": users, "ssh_keys": _moved(old.ssh_keys, new.ssh_keys, users) if users else {}}
    for name, before, after in zip(State._fields, old, new, strict=True):
        if isinstance(before, Records) and isinstance(after, Records):
            yield from _values(name, before, after, moved.get(name, {}))
        elif before is not after:
            yield from _fields(name, "", before, after)


def lasting(differences: Iterable[Difference]) -> list[str]:
    """The differences that an audit record keeps, as people read them."""
    return [str(one) for one in differences if one.table != "sessions" and one.field not in LOGIN_FIELDS]


def _renamed(old: Records[Account], new: Records[Account]) -> dict[str, str]:
    """The former name of each user who has another one now.

    The hash of a password has a salt of its own, and stays with the account: whoever has it, or has had it, is
    the same user.
    """
    changed = list(new.changed_since(old))
    gone = {encoded: name for name, account in changed if account is None for encoded in _passwords(old.get(name))}
    came = ((name, account) for name, account in changed if account is not None and name not in old)
    known = ((name, [gone[one] for one in _passwords(account) if one in gone]) for name, account in came)
    return {name: former[0] for name, former in known if former}


def _passwords(account: Account | None) -> tuple[str, ...]:
    return (account.password, *account.password_history) if account and account.password else ()


def _moved(old: Records[SshKey], new: Records[SshKey], users: Mapping[str, str]) -> dict[str, str]:
    """The former id of each key that went along with a user who was renamed."""
    came = {key: one for key, one in new.changed_since(old) if one is not None and one.user in users}
    former = {key: f"{users[one.user]} {one.fingerprint}" for key, one in came.items()}
    return {key: before for key, before in former.items() if before in old and before not in new}


def _values(table: str, old: Records[Any], new: Records[Any], moved: Mapping[str, str]) -> Iterator[Difference]:
    """The differences of the values of a table; `moved` has the former key of those that have another one now."""
    left = frozenset(moved.values())
    for key, value in sorted(new.changed_since(old), key=itemgetter(0)):  # in the same order in every process
        if key not in left:
            yield from _fields(table, key, old.get(moved.get(key, key)), value)


def _fields(table: str, key: str, before: Any, after: Any) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference(table, key, "", before, after)
        return
    if hasattr(before, "_fields"):  # the generation has none
        yield from _inside(table, key, "", before, after)


def _inside(table: str, key: str, above: str, before: Any, after: Any) -> Iterator[Difference]:
    """The differences of two values of the same kind; those inside a value have its field before them."""
    for name, old, new in zip(before._fields, before, after, strict=True):
        field = f"{above}{name}"
        if old == new or (table, field) in BOOKKEEPING:
            continue
        if SECRET in getattr(before.__annotations__[name], "__metadata__", ()):
            yield Difference(table, key, field, *("configured" if one else None for one in (old, new)))
        elif hasattr(old, "_fields") and type(old) is type(new):
            yield from _inside(table, key, f"{field}.", old, new)
        else:
            yield Difference(table, key, field, old, new)


def _shown(value: Any) -> str:
    if isinstance(value, float):  # a moment: lengths of time are whole numbers
        value = iso(value or None)
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Certificate):
        return value.fingerprint
    if hasattr(value, "_fields"):
        return "configured"  # it came or went as a whole, and may hold secrets
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value)) or "nothing"
    return str(value)
