"""The nouns that commands are about, each declared once."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

from sysmgmt.domain import accounts, names, passwords, roles, security, ssh_keys
from sysmgmt.domain.errors import InvalidValue, PasswordReused
from sysmgmt.domain.model import Cost, State
from sysmgmt.domain.permissions import NOT_ASSIGNABLE, Permission
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

LONGEST_BANNER = 2000
"""Characters."""


def _name(text: str, reading: Reading) -> str:
    if not names.fits(text):
        raise InvalidValue(what="A name begins with a letter or '_' and has up to 32 letters, digits, '_', '.' and '-'")
    return names.canonical(text)


def _box_name(text: str, reading: Reading) -> str:
    if not names.fits(text):
        raise InvalidValue(what="A name begins with a letter or '_' and has up to 32 letters, digits, '_', '.' and '-'")
    return text


def _one_of(*allowed: str) -> Any:
    def read(text: str, reading: Reading) -> str:
        if text.lower() not in allowed:
            raise InvalidValue(what=f"Expected one of {', '.join(allowed)}")
        return text.lower()
    return read


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _permissions(text: str, reading: Reading) -> tuple[Permission, ...]:
    known = {permission.value: permission for permission in Permission}
    wrong = [part for part in _listed(text) if part.lower() not in known]
    if wrong or not _listed(text):
        raise InvalidValue(what=f"Expected permissions, separated by commas, of {', '.join(known)}")
    return tuple(known[part.lower()] for part in _listed(text))


def _groups(text: str, reading: Reading) -> tuple[str, ...]:
    """Groups in alphabetical order; () stands for all."""
    if text.lower() == "all":
        return ()
    if not _listed(text):
        raise InvalidValue(what="Expected all, or groups separated by commas")
    return tuple(sorted({_name(part, reading) for part in _listed(text)}))


def _whole(least: int, most: int, unit: str) -> Any:
    def read(text: str, reading: Reading) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
            raise InvalidValue(what=f"Expected a whole number of {unit} from {least} to {most}")
        return int(text)
    return read


def _yes(text: str, reading: Reading) -> bool:
    return bool(_one_of("yes", "no")(text, reading) == "yes")


def _banner(text: str, reading: Reading) -> str:
    if len(text) > LONGEST_BANNER:
        raise InvalidValue(what=f"A banner has at most {LONGEST_BANNER} characters")
    return text.replace("\\n", "\n")


def _public_key(text: str, reading: Reading) -> tuple[str, str]:
    """The key as type and blob, and its comment."""
    return ssh_keys.read(text)


def _any(text: str, reading: Reading) -> str:
    return text


def _accounts(state: State) -> Iterable[str]:
    return state.accounts


def _roles(state: State) -> Iterable[str]:
    return (one.name for one in roles.every(state))


def _own_roles(state: State) -> Iterable[str]:
    return state.roles


def _new_user(text: str, reading: Reading) -> str:
    """A name that nobody has, looked up before any password is asked for or compared."""
    name = _name(text, reading)
    accounts.check_new_name(reading.state, name)
    return name


def _new_password(text: str, reading: Reading) -> str:
    """The hash of the first password of a user who does not exist yet, so that there is no history."""
    return _password_for("", text, reading)


def _reset_password(text: str, reading: Reading) -> str:
    """The hash of a password for the user whom the parameter `name` names."""
    return _password_for(names.canonical(reading.texts.get("name", "")), text, reading)


def _own_new_password(text: str, reading: Reading) -> str:
    """The hash of a password for the caller, if it is not too early to change it."""
    account = accounts.find(reading.state, reading.caller.user)
    passwords.check_age(account, passwords.rules_of(reading.state.settings), reading.now)
    return _password_for(reading.caller.user, text, reading)


def _password_for(name: str, text: str, reading: Reading) -> str:
    """Check the text against the level's rules and the history of the account, then hash it."""
    rules = passwords.rules_of(reading.state.settings)
    passwords.check_text(text, rules)
    account = reading.state.accounts.get(name)
    if account is not None:
        _check_reuse(text, passwords.remembered(account, rules), reading)
    if passwords.is_common(text, reading.texts.get("name", name), reading.state.settings.name):
        reading.warnings.append("This password is easy to guess.")
    return _hashed(text, reading.state.settings.hashing, reading)


def _check_reuse(text: str, remembered: tuple[str, ...], reading: Reading) -> None:
    for old in remembered:
        if reading.slow.once((old, text), partial(reading.box.hasher.matches, old, text)):
            raise PasswordReused(count=passwords.REMEMBERED)


def _first_password(text: str, reading: Reading) -> str:
    """The admin password of a box that is being installed: the rules of the level it will have."""
    rules = passwords.LEVELS[_one_of(*passwords.LEVELS)(reading.texts.get("level", "high"), reading)]
    passwords.check_text(text, rules)
    if passwords.is_common(text, "admin", reading.texts.get("name", "")):
        reading.warnings.append("This password is easy to guess.")
    return _hashed(text, rules.hashing, reading)


def _hashed(text: str, cost: Cost, reading: Reading) -> str:
    return str(reading.slow.once(("hash", text, cost), partial(reading.box.hasher.encode, text, cost)))


def _current_password(text: str, reading: Reading) -> bool:
    account = reading.state.accounts.get(reading.caller.user)
    encoded = account.password if account else ""
    reading.slow.once(("current", encoded), partial(reading.verify, text, encoded))
    return True


NewUser = Annotated[str, Word("Name of the new user", _new_user, "NAME")]
NewName = Annotated[str, Word("New name", _name, "NAME")]
UserName = Annotated[str, Word("User name", _name, "USER", offers=_accounts, bare=True)]
LockedUser = Annotated[str, Word("Which user to unlock", _name, "USER", offers=accounts.locked, bare=True,
                                 none="No users to unlock.")]
RoleName = Annotated[str, Word("Role", _name, "ROLE", offers=_roles)]
OwnRole = Annotated[str, Word("Role", _name, "ROLE", offers=_own_roles, bare=True)]
NewRole = Annotated[str, Word("Name of the role", _name, "NAME")]
Permissions = Annotated[tuple[Permission, ...], Word(
    "Permissions, separated by commas", _permissions, "PERMISSION[,PERMISSION...]",
    offers=lambda state: [one.value for one in Permission if one not in NOT_ASSIGNABLE])]
Groups = Annotated[tuple[str, ...], Word(
    "Consistency groups, separated by commas, or all", _groups, "all|GROUP[,GROUP...]",
    offers=lambda state: ["all", *state.groups])]
GroupName = Annotated[str, Word("Consistency group", _name, "GROUP", offers=lambda state: state.groups, bare=True)]
NewGroup = Annotated[str, Word("Name of the consistency group", _name, "NAME")]
NewPassword = Annotated[str, Word("New password", _new_password, "PASSWORD", secret=True, twice=True)]
FirstPassword = Annotated[str, Word("Password of the user admin", _first_password, "PASSWORD", secret=True,
                                    twice=True)]
ResetPassword = Annotated[str, Word("New password", _reset_password, "PASSWORD", secret=True, twice=True)]
OwnNewPassword = Annotated[str, Word("New password", _own_new_password, "PASSWORD", secret=True, twice=True)]
CurrentPassword = Annotated[bool, Word("Current password", _current_password, "PASSWORD", secret=True)]
MustChange = Annotated[bool, Word("Whether the password must be changed at the first login", _yes, "yes|no",
                                  offers=lambda state: ["yes", "no"])]
Level = Annotated[str, Word("Security level (high is recommended)", _one_of(*passwords.LEVELS),
                            "|".join(passwords.LEVELS), offers=lambda state: list(passwords.LEVELS))]
BoxName = Annotated[str, Word("Name of the box", _box_name, "NAME")]
Banner = Annotated[str, Word("Login banner (\\n begins a new line)", _banner, "TEXT")]
IdleMinutes = Annotated[int, Word(
    "Minutes without a keystroke until logout",
    _whole(security.SHORTEST_IDLE // 60, security.LONGEST_IDLE // 60, "minutes"), "1-30")]
SessionCount = Annotated[int, Word("Sessions that one user may have open", _whole(1, 100, "sessions"), "1-100")]
PublicKey = Annotated[tuple[str, str], Word("Public key (a line of a .pub file)", _public_key, '"TYPE BLOB COMMENT"')]
KeyFingerprint = Annotated[str, Word("Fingerprint of the key", _any, "SHA256:...", bare=True)]
SessionId = Annotated[str, Word("Session", _any, "SESSION", bare=True,
                                offers=lambda state: state.sessions, none="No sessions are open.")]
CommandName = Annotated[str, Word("Command", _any, "COMMAND", bare=True)]
Text = Annotated[str, Word("Text", _any, "TEXT")]
Token = Annotated[str, Word("Token", _any, "TOKEN", secret=True)]
