"""The nouns that commands are about, each declared once."""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

from sysmgmt.domain import (
    accounts, bounds, levels, names, roles, root_access, security, sessions, ssh_keys, times, tls)
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import LOCAL, TYPES, Settings, State
from sysmgmt.domain.model.policy import Policy
from sysmgmt.domain.permissions import NOT_ASSIGNABLE, Permission
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

ALL_GROUPS = "all"
CONFIRM_MINUTES = 10
"""Minutes that a change waits for its confirmation."""
MOST_BYTES = 1 << 20
"""Of a file in the import folder, where nothing else is said."""
_FILE = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def _group_name(text: str, reading: Reading) -> str:
    name = any_name(text, reading)
    if name == ALL_GROUPS:
        raise InvalidValue(what=f"The name {ALL_GROUPS} stands for all groups")
    return name


def any_name(text: str, reading: Reading) -> str:
    """Reads what something may be called, in its canonical form."""
    return names.kept(text)


def _box_name(text: str, reading: Reading) -> str:
    names.check(text)
    return text


def _entry_name(text: str, reading: Reading) -> str:
    """Reads what an entry in the table of users is called, of whatever kind it is."""
    return names.kept(text, names.ENTRY)


def one_of(*allowed: str) -> Any:
    """Reads one of the words `allowed`."""
    def read(text: str, reading: Reading) -> str:
        if text.lower() not in allowed:
            raise InvalidValue(what=f"Expected one of {', '.join(allowed)}", meant=names.meant(text.lower(), allowed))
        return text.lower()
    return read


def whether(about: str) -> Word:
    """The word for yes or no."""
    return Word(about, yes, "yes|no", offers=lambda state: ["yes", "no"])


def choice(about: str, allowed: Iterable[str], meanings: Sequence[tuple[str, str]] = ()) -> Word:
    """The word for one of a few that are offered."""
    return Word(about, one_of(*allowed), "|".join(allowed), offers=lambda state: list(allowed), meanings=meanings)


def listed(text: str) -> list[str]:
    """The parts of a list between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def listed_of(what: str, text: str, allowed: Iterable[str], also: Container[str] = ()) -> list[str]:
    """The parts of a list, in small letters, each of which is `allowed` or may `also` be. Raises InvalidValue."""
    found, expected = [part.lower() for part in listed(text)], list(allowed)
    told = f"xpected are {what}s, separated by commas, of {', '.join(expected)}"
    if not found:
        raise InvalidValue(what=f"E{told}")
    for one in found:
        if one not in expected and one not in also:
            raise InvalidValue(what=f"There is no {what} {names.repeatable(one)}; e{told}",
                               meant=names.meant(one, expected))
    return found


def _permissions(text: str, reading: Reading) -> tuple[Permission, ...]:
    known = {permission.value: permission for permission in Permission}
    assignable = [one for one, permission in known.items() if permission not in NOT_ASSIGNABLE]
    return tuple(known[part] for part in listed_of("permission", text, assignable, also=known))


def _groups(text: str, reading: Reading) -> tuple[str, ...]:
    """Groups in alphabetical order; () stands for all."""
    if text.lower() == ALL_GROUPS:
        return ()
    if not listed(text):
        raise InvalidValue(what="Expected all, or groups separated by commas")
    if ALL_GROUPS in [part.lower() for part in listed(text)]:
        raise InvalidValue(what=f"{ALL_GROUPS} stands alone, for all groups")
    return tuple(sorted({any_name(part, reading) for part in listed(text)}))


def whole(least: int, most: int, unit: str = "") -> Any:
    """Reads a whole number, of `unit`, in a range."""
    what = f"a whole number of {unit}" if unit else "a whole number"

    def read(text: str, reading: Reading) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
            raise InvalidValue(what=f"Expected {what} from {least} to {most}")
        return int(text)
    return read


def stored(about: str, kind: Any, field: str, unit: str = "", least: int | None = None) -> Word:
    """The word for a whole number that is kept in a field of `kind`: within its bounds, or from `least` on."""
    low, high = bounds.of(kind, field)
    low = low if least is None else least
    return Word(about, whole(low, high, unit), f"{low}-{high}")


def from_file(read: Callable[[bytes, Reading], Any], most: int = MOST_BYTES) -> Any:
    """Reads the name of a file in the import folder, and with `read` what it holds: up to `most` bytes."""
    def read_file(text: str, reading: Reading) -> Any:
        if not _FILE.fullmatch(text):
            raise InvalidValue(what="Expected the name of a file in the import folder, without a path")
        return reading.slow.once(("file", text), lambda: read(reading.box.imports.read(text, most), reading))
    return read_file


def _moment(text: str, reading: Reading) -> float:
    """Reads a moment as the box tells it itself, exactly."""
    try:
        return float(text)
    except ValueError:
        raise InvalidValue(what="Expected a number of seconds") from None


def _dated(text: str) -> str:
    return times.iso(float(text)) or text


def yes(text: str, reading: Reading) -> bool:
    """Reads yes or no."""
    return bool(one_of("yes", "no")(text, reading) == "yes")


def _banner(text: str, reading: Reading) -> str:
    if len(text) > security.LONGEST_BANNER:
        raise InvalidValue(what=f"A banner has at most {security.LONGEST_BANNER} characters")
    return text.replace("\\n", "\n")


def _public_key(text: str, reading: Reading) -> tuple[str, str]:
    """The key as type and blob, and its comment."""
    return ssh_keys.read(text)


def _sessions(state: State, user: str) -> Iterable[str]:
    return (one.id for one in sessions.seen_by(state, user) if not one.ended)


def any_text(text: str, reading: Reading) -> str:
    """Reads a text as it is."""
    return text


def _accounts(state: State) -> Iterable[str]:
    return state.accounts


def _roles(state: State) -> Iterable[str]:
    return (one.name for one in roles.every(state))


def _chapters() -> Iterable[str]:
    """The titles of the chapters, in small letters as commands are."""
    from sysmgmt.commands.catalog import CHAPTERS

    return (title.lower() for title, _ in CHAPTERS)


def _own_roles(state: State) -> Iterable[str]:
    return state.roles


def _new_user(text: str, reading: Reading) -> str:
    """A name that nobody has, looked up before any password is asked for or compared."""
    name = accounts.named(reading.texts.get("type", LOCAL).lower(), text)
    accounts.check_new_name(reading.state, name)
    return name


class Kind(NamedTuple):
    """What a new entry is, and for one of the directory its immutable id there."""

    type: str = LOCAL
    directory_id: str = ""


def _kind(text: str, reading: Reading) -> Kind:
    type_ = one_of(*TYPES)(text, reading)
    if type_ == LOCAL:
        return Kind()
    from sysmgmt.engine import ldap_users  # loads much, for few commands

    name = accounts.named(type_, reading.texts.get("name", ""))
    found = partial(ldap_users.entry_id, reading.box, reading.state, type_, name)
    return Kind(type_, str(reading.slow.once((type_, name), found)))


NewUser = Annotated[str, Word("Name of the new user", _new_user, "NAME")]
NewName = Annotated[str, Word("New name", any_name, "NAME")]
UserName = Annotated[str, Word("User name", _entry_name, "USER", offers=_accounts, bare=True)]
LockedUser = Annotated[str, Word("Which user to unlock", _entry_name, "USER", offers=accounts.locked, bare=True,
                                 none="No users to unlock.")]
RoleName = Annotated[str, Word("Role", lambda text, reading: roles.find(reading.state, names.kept(text)).name,
                               "ROLE", offers=_roles)]
OwnRole = Annotated[str, Word("Role", any_name, "ROLE", offers=_own_roles, bare=True)]
NewRole = Annotated[str, Word("Name of the role", any_name, "NAME")]
Permissions = Annotated[tuple[Permission, ...], Word(
    "Permissions, separated by commas", _permissions, "PERMISSION[,PERMISSION...]",
    offers=lambda state: [one.value for one in Permission if one not in NOT_ASSIGNABLE])]
Groups = Annotated[tuple[str, ...], Word(
    "Consistency groups, separated by commas, or all", _groups, "all|GROUP[,GROUP...]",
    offers=lambda state: ["all", *state.groups])]
GroupName = Annotated[str, Word("Consistency group", any_name, "GROUP", offers=lambda state: state.groups, bare=True,
                                none="There are no consistency groups.")]
NewGroup = Annotated[str, Word("Name of the consistency group", _group_name, "NAME")]
UserType = Annotated[Kind, Word("What it is: a user of the box, or a user or a group of the directory (LDAP)", _kind,
                                "|".join(TYPES), offers=lambda state: TYPES)]
TlsVersion = Annotated[str, Word("Lowest version of TLS", one_of(*tls.VERSIONS), "1.2|1.3",
                                 offers=lambda state: tls.SECURE)]
HstsMode = Annotated[str, choice("Whether HSTS is on", ("on", "off"))]
Legacy = Annotated[bool, whether("Whether an insecure version is wanted")]
ConfirmMinutes = Annotated[int, Word(
    f"Minutes within which it must be confirmed from a new login; {CONFIRM_MINUTES} unless given, 0: final at once",
    whole(0, 1440, "minutes"), "0-1440")]
WithoutIsolation = Annotated[bool, whether("Whether it is known that partners will stop talking")]
MustChange = Annotated[bool, whether("Whether the password must be changed at the first login")]
MustChangeNext = Annotated[bool, whether("Whether the password must be changed at the next login")]
ValidHours = Annotated[int, Word("Hours after which a temporary account is locked", whole(1, 8760, "hours"), "1-8760")]
NewValidHours = Annotated[int, Word("Hours from now after which the account is locked; 0 for a lasting one",
                                    whole(0, 8760, "hours"), "0-8760")]
IsLogin = Annotated[bool, whether("Whether PAM registers it")]
IsKept = Annotated[bool, whether("Whether the user stays in the table")]
Level = Annotated[str, choice("Security level (high is recommended)", LEVELS, levels.MEANINGS)]
Profile = Annotated[str, choice("Level to check against; the one in force unless given", LEVELS, levels.MEANINGS)]
BoxName = Annotated[str, Word("Name of the box", _box_name, "NAME")]
Banner = Annotated[str, Word("Login banner (\\n begins a new line)", _banner, "TEXT")]
IdleMinutes = Annotated[int, Word(
    "Minutes without a keystroke until logout (0: as the level has it)",
    whole(0, security.LONGEST_IDLE // 60, "minutes"), "0-30")]
Characters = Annotated[int, stored("Least number of characters", Policy, "min_length", "characters")]
MaxAge = Annotated[int, stored("Days after which a password expires", Policy, "max_age_days", "days")]
MinAge = Annotated[int, stored("Hours between two own changes", Policy, "min_age_hours", "hours")]
History = Annotated[int, stored("Last passwords that an own change cannot use again", Policy, "history", "passwords")]
Positions = Annotated[int, stored("Positions in which a new password differs from the current one", Policy,
                                  "changed_positions", "positions")]
Common = Annotated[bool, Word("What is done about common passwords",
                              lambda text, reading: one_of("refuse", "level")(text, reading) == "refuse",
                              "refuse|level", offers=lambda state: ["refuse", "level"])]
Failures = Annotated[int, stored("Wrong passwords that lock an account", Policy, "lockout_threshold",
                                 "wrong passwords")]
UnlockMinutes = Annotated[int, stored("Minutes after which such a lock ends", Policy, "unlock_minutes", "minutes")]
OriginFailures = Annotated[int, stored("Failed logins from one address within 15 minutes that shut it out", Policy,
                                       "origin_threshold", "failed logins")]
SessionHours = Annotated[int, stored("Hours after which any session ends", Policy, "session_hours", "hours")]
UnusedDays = Annotated[int, stored("Days after which an unused account is shut", Policy, "unused_days", "days")]
Acknowledge = Annotated[bool, whether("Whether whoever logs in at a terminal confirms the banner")]
SessionCount = Annotated[int, stored("Sessions that one user may have open", Settings, "sessions_per_user", "sessions",
                                     least=0)]
RootMinutes = Annotated[int, Word("Minutes until root access is shut again",
                                  whole(1, root_access.LONGEST, "minutes"), f"1-{root_access.LONGEST}")]
RootDoors = Annotated[str, choice("Where root may log in", root_access.WHERE)]
PublicKey = Annotated[tuple[str, str], Word("Public key (a line of a .pub file)", _public_key, '"TYPE BLOB COMMENT"')]
KeyFingerprint = Annotated[str, Word("Fingerprint of the key", any_text, "SHA256:...", bare=True)]
SessionId = Annotated[str, Word("Session", any_text, "SESSION", bare=True,
                                offers_to=_sessions, none="No sessions are open.")]
CommandName = Annotated[str, Word("Command", any_text, "COMMAND", bare=True)]
Topic = Annotated[str, Word("Command, chapter, or any word", any_text, "COMMAND|CHAPTER|WORD", bare=True,
                            phrase=True, offers=lambda state: _chapters())]
Text = Annotated[str, Word("Text", any_text, "TEXT")]
PasswordTime = Annotated[float, Word("When the password was chosen, in seconds since 1970", _moment, "SECONDS",
                                     recorded=_dated)]
Token = Annotated[str, Word("Token", any_text, "TOKEN", secret=True)]
