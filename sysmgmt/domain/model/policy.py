"""What was set apart from the security level, and what it has set by itself."""

from typing import NamedTuple


class Policy(NamedTuple):
    """Single rules within what the level allows; 0 and False leave a rule as the level has it.

    The names and units are those of `levels.Rules`.
    """

    min_length: int = 0
    max_age_days: int = 0
    min_age_hours: int = 0
    history: int = 0
    changed_positions: int = 0
    refuses_common: bool = False
    lockout_threshold: int = 0
    unlock_minutes: int = 0
    session_hours: int = 0
    unused_days: int = 0
    acknowledged: bool = False


class Displaced(NamedTuple):
    """What there was before the security level set something else by itself; None: it did not."""

    idle_timeout: int | None = None
    sessions_per_user: int | None = None
    banner: str | None = None
    guarantee: bool | None = None
