"""The nouns of the settings backup. Opening a backup, which is slow, happens while its password is read."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Any, NamedTuple

from sysmgmt.commands.words import choice, from_file, listed_of, stored
from sysmgmt.domain import names, passwords, uploads
from sysmgmt.domain.backup_schedules import INTERVALS, NEVER, BackupSchedule
from sysmgmt.domain.backups import ITEMS
from sysmgmt.domain.errors import InvalidValue, UnknownBackup
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import State
from sysmgmt.engine import backup, imported_state
from sysmgmt.engine.backup import Opened
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.imported_state import Found
from sysmgmt.engine.reading import Reading

_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_TIME = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
KEEP, REPLACE = "keep", "replace"
NOWHERE = "none"
MOST = 64 << 20
"""Bytes of a backup that is taken in."""


def _name(text: str, reading: Reading) -> str:
    if not _NAME.fullmatch(text.lower()):
        raise InvalidValue(what="The name of a backup has up to 64 letters, digits, '_' and '-'")
    return text.lower()


def _known(text: str, reading: Reading) -> str:
    """Raises UnknownBackup, before any password is asked for."""
    name = _name(text, reading)
    if name not in reading.box.backups.shelf.names():
        raise UnknownBackup(name=name)
    return name


def _new_name(text: str, reading: Reading) -> str:
    name = _name(text, reading)
    if backup.DATED.search(name):
        raise InvalidValue(what="A name that ends in a date and a time is that of a backup by a schedule")
    return name


def _items(text: str, reading: Reading) -> tuple[str, ...]:
    named = listed_of("item", text, ITEMS)
    return tuple(one for one in ITEMS if one in named)


def _password(text: str, reading: Reading) -> str:
    """A password that guards a file for years, wherever it is carried: what the level high asks of one."""
    passwords.check_text(text, LEVELS["high"])
    return text


class Brought(NamedTuple):
    """A backup that comes from elsewhere, and what it says of itself."""

    data: bytes
    facts: Mapping[str, Any]


def _brought(data: bytes, reading: Reading) -> Brought:
    """Raises NotABackup, BackupDamaged, BackupNewer, by the name of the file."""
    return Brought(data, reading.box.backups.seal.facts(data, reading.texts["file"]))


def _open(text: str, reading: Reading) -> Opened:
    name = _name(reading.texts.get("name", ""), reading)
    found: Opened = reading.slow.once(("backup", name, text), partial(backup.opened, reading.box, name, text))
    return found


def _state(text: str, reading: Reading) -> Found:
    found: Found = reading.slow.once(("state", text), partial(imported_state.read, reading.box, text))
    return found


def _minute(text: str, reading: Reading) -> int:
    found = _TIME.fullmatch(text)
    if not found:
        raise InvalidValue(what="Expected a time of day in UTC such as 02:30")
    return int(found[1]) * 60 + int(found[2])


def _target(text: str, reading: Reading) -> str:
    """Reads the name of an upload target; "" stands for none."""
    name = names.canonical(text)
    return "" if name in ("", NOWHERE) and name not in reading.state.upload_targets else uploads.find(
        reading.state, name).name


def _schedules(state: State) -> Iterable[str]:
    return state.backup_schedules


NewBackup = Annotated[str, Word("Name of the backup", _new_name, "NAME")]
BackupName = Annotated[str, Word("Which backup", _known, "NAME", bare=True,
                                 offers_from=lambda reading: reading.box.backups.shelf.names())]
BackupItems = Annotated[tuple[str, ...], Word(
    "What belongs to it, separated by commas; everything unless given", _items, "ITEM[,ITEM...]",
    offers=lambda state: list(ITEMS))]
RestoredItems = Annotated[tuple[str, ...], Word(
    "What of it is restored, separated by commas; all that it holds unless given", _items, "ITEM[,ITEM...]",
    offers=lambda state: list(ITEMS))]
BackupPassword = Annotated[str, Word("Password of the backup", _password, "PASSWORD", secret=True, twice=True,
                                     wants=lambda reading: passwords.needs(LEVELS["high"]))]
BackupKey = Annotated[Opened, Word("Password of the backup", _open, "PASSWORD", secret=True)]
Administrators = Annotated[str, choice(
    "Whether users with the permission security stay as they are on this box, or are replaced like all others",
    (KEEP, REPLACE))]
BackupFile = Annotated[Brought, Word("Name of a file in the import folder", from_file(_brought, MOST), "NAME")]
StateFile = Annotated[Found, Word("Name of a state file in the import folder; its journal, as NAME.journal, beside it",
                                  _state, "NAME.json")]
ScheduleName = Annotated[str, Word("Name of the schedule, with which the names of its backups begin", _name, "NAME",
                                   offers=_schedules)]
ScheduledTarget = Annotated[str, Word(
    f"Upload target that its backups are brought to; {NOWHERE} for none", _target, f"NAME|{NOWHERE}",
    offers=lambda state: [*state.upload_targets, NOWHERE])]
Interval = Annotated[str, choice("How often; never ends the schedule", (*INTERVALS, NEVER))]
TimeOfDay = Annotated[int, Word("Time of day in UTC; 02:00 unless given", _minute, "HH:MM")]
KeptBackups = Annotated[int, stored("How many of its backups are kept; 7 unless given", BackupSchedule, "keep",
                                    "backups")]
