"""Passwords in commands: held against the rules that are in force, and hashed, as they are read."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated

from sysmgmt.commands.words import from_file, one_of
from sysmgmt.domain import accounts, blocklist, levels, passwords
from sysmgmt.domain.errors import KeptInDirectory, PasswordReused, PasswordTooCommon
from sysmgmt.domain.levels import LEVELS, Rules
from sysmgmt.domain.model import LOCAL, Account, Cost
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading


def _has_no_password(texts: Mapping[str, str]) -> bool:
    """Whether a new entry is one of the directory, which keeps the password."""
    return texts.get("type", LOCAL).lower() != LOCAL


def _caller(reading: Reading) -> Account:
    """The account of a caller who has a password here. Raises KeptInDirectory."""
    account = accounts.find(reading.state, reading.caller.user)
    if account.type != LOCAL:
        raise KeptInDirectory(name=account.name)
    return account


def _new_password(text: str, reading: Reading) -> str:
    """The hash of a password that somebody else will have to change.

    It is compared with nothing: whoever sets the passwords of others must not learn by it whether
    a guess is one of theirs.
    """
    settings = reading.state.settings
    _check(text, (reading.texts.get("name", ""), settings.name), levels.rules_of(settings), reading)
    return _hashed(text, settings.hashing, reading)


def _own_new_password(text: str, reading: Reading) -> str:
    """The hash of a password for the caller, if it is none of the old ones."""
    account, settings = _caller(reading), reading.state.settings
    rules = levels.rules_of(settings)
    _check(text, (account.name, settings.name), rules, reading)
    passwords.check_difference(reading.texts.get("current_password", ""), text, rules)
    if reading.caller.due and text == reading.texts.get("current_password"):
        raise PasswordReused("The new password is the one that has to be changed.")
    for old in passwords.remembered(account, rules):
        if reading.slow.once((old, text), partial(reading.box.hasher.matches, old, text)):
            if rules.history == 1:
                raise PasswordReused("The new password is the present one.")
            raise PasswordReused(count=rules.history)
    return _hashed(text, settings.hashing, reading)


def _first_password(text: str, reading: Reading) -> str:
    """The admin password of a box that is being installed: the rules of the level it will have."""
    rules = _first_rules(reading)
    _check(text, ("admin", reading.texts.get("name", "")), rules, reading)
    return _hashed(text, rules.hashing, reading)


def _first_rules(reading: Reading) -> Rules:
    return LEVELS[one_of(*LEVELS)(reading.texts.get("level", "high"), reading)]


def _wanted(reading: Reading) -> str:
    return passwords.needs(levels.rules_of(reading.state.settings))


def _check(text: str, known: Iterable[str], rules: Rules, reading: Reading) -> None:
    """Hold a password against the rules; one that is easy to guess for who knows those names is refused or warned of.

    Raises PasswordTooWeak, PasswordTooCommon.
    """
    passwords.check_text(text, rules)
    if not passwords.is_common(text, *known, *blocklist.blocked(reading.state.blocklists)):
        return
    if rules.refuses_common:
        raise PasswordTooCommon()
    reading.warnings.append("This password is easy to guess.")


def _hashed(text: str, cost: Cost, reading: Reading) -> str:
    return str(reading.slow.once(("hash", text, cost), partial(reading.box.hasher.encode, text, cost)))


def _current_password(text: str, reading: Reading) -> bool:
    encoded = _caller(reading).password
    reading.slow.once(("current", encoded), partial(reading.verify, text, encoded))
    return True


def _replaced_password(text: str, reading: Reading) -> bool:
    """That it is the caller's, and not too early for another one."""
    proven = _current_password(text, reading)
    passwords.check_age(_caller(reading), levels.rules_of(reading.state.settings), reading.now)
    return proven


NewPassword = Annotated[str, Word("New password", _new_password, "PASSWORD", secret=True, twice=True,
                                  unless=_has_no_password, wants=_wanted)]
FirstPassword = Annotated[str, Word("Password of the user admin", _first_password, "PASSWORD", secret=True,
                                    twice=True, wants=lambda reading: passwords.needs(_first_rules(reading)))]
OwnNewPassword = Annotated[str, Word("New password", _own_new_password, "PASSWORD", secret=True, twice=True,
                                     wants=_wanted)]
CurrentPassword = Annotated[bool, Word("Current password", _current_password, "PASSWORD", secret=True, proves=True)]
ReplacedPassword = Annotated[bool, Word("Current password", _replaced_password, "PASSWORD", secret=True, proves=True)]
BlocklistFile = Annotated[tuple[str, ...], Word(
    "Name of a file in the import folder, with one word a line", from_file(lambda data, reading: blocklist.read(data)),
    "NAME")]
