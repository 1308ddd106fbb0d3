"""System info that was collected into an archive (R026, R031): its parts, its name, how long it is kept."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sysmgmt.domain.times import DAY, iso

PARTS = ("audit", "events", "logs", "services", "settings", "versions")
KEPT, DAYS = 5, 14
"""Archives that are kept at the same time, and how long one is kept."""
LIFETIME = DAYS * DAY
AUDIT_FOLDER = "home/kos/auditlog"
"""Where the audit stands inside an archive (R034)."""
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.pem"
"""The checksums of everything else in an archive, and their signature."""


class Member(NamedTuple):
    """A file inside an archive."""

    path: str
    data: bytes


class Archive(NamedTuple):
    """An archive that is kept; `size` in bytes."""

    name: str
    made_at: float
    made_by: str
    parts: tuple[str, ...]
    since: str = ""
    until: str = ""
    size: int = 0
    sha256: str = ""
    signed: bool = False


def name(box: str, now: float, taken: Sequence[str]) -> str:
    """The name of an archive that is made now; no two have the same."""
    stamp = str(iso(now)).replace("-", "").replace(":", "")
    found = wanted = f"{re.sub('[^A-Za-z0-9_.-]', '_', box)}-{stamp}"
    number = 1
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def surplus(present: Sequence[Archive], now: float, keep: int = KEPT) -> list[Archive]:
    """The archives that are kept no longer: those whose time is over, and the oldest where there are too many."""
    oldest_first = sorted(present, key=lambda one: one.made_at)
    too_many = oldest_first[:max(0, len(oldest_first) - keep)]
    return [one for one in oldest_first if one in too_many or one.made_at + LIFETIME <= now]


def facts(one: Archive) -> dict[str, object]:
    """One element of get_collected_info; times, and the size in bytes."""
    return {**one._asdict(), "made_at": iso(one.made_at), "since": one.since or None, "until": one.until or None,
            "parts": list(one.parts), "expires_at": iso(one.made_at + LIFETIME)}
