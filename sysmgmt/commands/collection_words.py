"""The nouns of collected system info."""

import re
from typing import Annotated

from sysmgmt.commands.words import listed, whole
from sysmgmt.domain.collection import PARTS
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.engine import collecting
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}-\d{8}T\d{6}Z(-\d{1,4})?")


def _parts(text: str, reading: Reading) -> tuple[str, ...]:
    found = {one.lower() for one in listed(text)}
    if not found or found - set(PARTS):
        raise InvalidValue(what=f"Expected parts, separated by commas, of {', '.join(PARTS)}")
    return tuple(one for one in PARTS if one in found)


def _archive(text: str, reading: Reading) -> str:
    if not _NAME.fullmatch(text):
        raise InvalidValue(what="Expected a name as get_collected_info shows it, such as box1-20260131T143000Z")
    return collecting.find(reading.box.archives, text).name


Parts = Annotated[tuple[str, ...], Word("What is collected, separated by commas", _parts, "PART[,PART...]",
                                        offers=lambda state: list(PARTS))]
LinkMinutes = Annotated[int, Word("Minutes for which the address can be used", whole(1, 1440, "minutes"), "1-1440")]
ArchiveName = Annotated[str, Word("Name of the collected system info", _archive, "NAME", bare=True,
                                  offers_from=lambda reading: [one.name for one in reading.box.archives.present()])]
