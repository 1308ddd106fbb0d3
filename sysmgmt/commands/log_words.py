"""The nouns of the logs: what their records are chosen by."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from sysmgmt.commands.words import any_text, choice, stored, whether, whole
from sysmgmt.domain.errors import InvalidValue, refusals
from sysmgmt.domain.event_kinds import LEVELS, SCOPES, TOPICS
from sysmgmt.domain.model.audit_policy import REMOVALS, ROTATIONS, AuditPolicy
from sysmgmt.engine import audit_kinds
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading
from sysmgmt.engine.request import LOGIN

MOST = 1000
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?Z?")


def _time(text: str, reading: Reading) -> str:
    plain = text.removesuffix("Z")
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        datetime.fromisoformat(plain)
    except ValueError:
        raise InvalidValue(what="Expected a time in UTC such as 2026-01-31 or 2026-01-31T14:30:00Z") from None
    return plain


def _code(text: str, reading: Reading) -> str:
    """A code, however it is spelt."""
    for one in ("Done", "Unchanged", *(one.__name__ for one in refusals())):
        if one.lower() == text.lower():
            return one
    raise InvalidValue("Expected Done, Unchanged, or the code of a refusal such as UnknownUser.",
                       "The manual page sysmgmt(1) lists the codes; text= finds those of other releases, too.")


def _commands() -> Iterable[str]:
    from sysmgmt.commands.catalog import TITLES  # it names the module of this one

    return [LOGIN, *TITLES]


def _anchor(text: str, reading: Reading) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,12}):([0-9a-f]{16,64})", text)
    if not found:
        raise InvalidValue(what="Expected an anchor as the login shows it, such as 1234:8d5e957f297893487bd98fa8")
    return int(found[1]), found[2]


EventLevel = Annotated[str, choice("Level; worse ones are shown, too", LEVELS)]
EventScope = Annotated[str, choice("Scope", SCOPES)]
EventTopic = Annotated[str, choice("Topic", TOPICS)]
Since = Annotated[str, Word("The earliest time, in UTC", _time, "2026-01-31[T14:30[:00]Z]")]
Until = Annotated[str, Word("The latest time, in UTC", _time, "2026-01-31[T14:30[:00]Z]")]
Containing = Annotated[str, Word("Text that a record contains", any_text, "TEXT")]
After = Annotated[int, Word("Number of the record after which to begin", whole(0, 999_999_999, "records"), "NUMBER")]
Follow = Annotated[bool, whether("Whether new ones are shown as they come, at a terminal")]
Limit = Annotated[int, Word("How many records", whole(1, MOST, "records"), f"1-{MOST}")]
"""At most so many are shown; the oldest after `after`, else the newest."""
AuditAnchor = Annotated[tuple[int, str], Word(
    "Anchor that was noted at an earlier login", _anchor, "RECORDS:HEAD", bare=True)]
RecordedUser = Annotated[str, Word("User", any_text, "USER", offers=lambda state: state.accounts)]
RecordedCommand = Annotated[str, Word("Command", any_text, "COMMAND", offers=lambda state: _commands())]
RecordKind = Annotated[str, choice("Whose records: those of people, of these the changes, or the box's own",
                                   audit_kinds.KINDS)]
RecordedCode = Annotated[str, Word("Code of the outcome", _code, "CODE")]
Rotation = Annotated[str, choice("When the file of the audit becomes an archive", ROTATIONS)]
ArchiveSize = Annotated[int, stored("Size after which it does in any case, in MB", AuditPolicy, "size", "MB")]
Archives = Annotated[int, stored("How many archives are kept", AuditPolicy, "keep", "archives")]
Removal = Annotated[str, choice("Which archives that are too many are removed", REMOVALS)]
Guarantee = Annotated[bool, whether("Whether nothing is changed without its record")]
