"""What was decided about the audit (C28)."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import within

DAILY, WEEKLY, NEVER = ROTATIONS = ("daily", "weekly", "never")
EXPORTED, OLDEST = REMOVALS = ("exported", "oldest")
"""Archives that are too many are removed once they were exported, or in any case."""


class AuditPolicy(NamedTuple):
    """When the file of the audit becomes an archive (`rotation`, or after `size` MB), how many archives
    are kept and when others go (`remove`), and whether a change needs its record (`guarantee`)."""

    rotation: str = WEEKLY
    size: Annotated[int, within(1, 1000)] = 16
    keep: Annotated[int, within(1, 100)] = 52
    remove: str = EXPORTED
    guarantee: bool = True
