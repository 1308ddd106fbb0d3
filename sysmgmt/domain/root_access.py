"""Whether root may log in, over which doors and until when (R246, R247). Shut unless somebody opens it."""

from sysmgmt.domain.model import RootAccess, Settings, State
from sysmgmt.domain.times import MINUTE, iso

SSH, CONSOLE, BOTH = "ssh", "console", "both"
WHERE = {SSH: "over ssh", CONSOLE: "at the console", BOTH: "over ssh and at the console"}
LONGEST = 1440
"""Minutes that it may be open at a time."""


def opened(state: State, where: str, minutes: int, user: str, now: float) -> State:
    """The state in which `user` has opened it for some minutes from now on, and nowhere else."""
    return _decided(state, RootAccess(where, now + minutes * MINUTE, now, user))


def shut(state: State, user: str, now: float) -> State:
    """The state in which it is shut."""
    return _decided(state, RootAccess(changed_at=now, changed_by=user))


def _decided(state: State, access: RootAccess) -> State:
    return state._replace(settings=state.settings._replace(root_access=access))


def is_over(access: RootAccess, now: float) -> bool:
    """Whether it stands open although its time is over.

    So it is where the clock shows a time before the opening: it was set back, and tells nothing.
    """
    return bool(access.where) and not (access.changed_at or 0) <= now < access.until


def open_at(door: str, settings: Settings, now: float) -> bool:
    """Whether root may come in by a door, ssh or console."""
    return settings.root_access.where in (door, BOTH) and is_open(settings.root_access, now)


def is_open(access: RootAccess, now: float) -> bool:
    """Whether root may come in somewhere."""
    return bool(access.where) and not is_over(access, now)


def warnings(settings: Settings, now: float) -> list[str]:
    """What users with the permission security are told while it is open."""
    access = settings.root_access
    if not is_open(access, now):
        return []
    return [f"Root access is open until {iso(access.until)} {WHERE[access.where]}; shut it with disable_root_access."]
