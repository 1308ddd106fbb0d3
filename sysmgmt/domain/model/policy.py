"""What was set apart from the security level, and what it has set by itself."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import within

IdleSeconds = Annotated[int, within(60, 1800)]
SessionNumber = Annotated[int, within(1, 100)]


class Policy(NamedTuple):
    """Single rules within what the level allows; 0 and False leave a rule as the level has it.

    The names and units are those of `levels.Rules`.
    """

    min_length: Annotated[int, within(0, 64)] = 0
    max_age_days: Annotated[int, within(0, 365)] = 0
    min_age_hours: Annotated[int, within(0, 168)] = 0
    history: Annotated[int, within(0, 24)] = 0
    changed_positions: Annotated[int, within(0, 15)] = 0
    refuses_common: bool = False
    lockout_threshold: Annotated[int, within(0, 10)] = 0
    unlock_minutes: Annotated[int, within(0, 1440)] = 0
    origin_threshold: Annotated[int, within(0, 100)] = 0
    session_hours: Annotated[int, within(0, 168)] = 0
    unused_days: Annotated[int, within(0, 365)] = 0
    acknowledged: bool = False


class Displaced(NamedTuple):
    """What there was before the security level set something else by itself; None: it did not."""

    idle_timeout: IdleSeconds | None = None
    sessions_per_user: SessionNumber | None = None
    banner: str | None = None
    guarantee: bool | None = None
