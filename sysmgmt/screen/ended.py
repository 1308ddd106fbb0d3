"""The end of a session that the person did not ask for."""

from sysmgmt.domain.errors import IdleLogout, Refusal

STATUS = 5


class Ended(SystemExit):
    """The session is over; `refusal` says why.

    A SystemExit, so that no `except Exception` in a command can hold it up.
    """

    code: int

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(STATUS)
        self.refusal = refusal


def idle(seconds: float) -> Ended:
    """The end after `seconds` without a keystroke."""
    return Ended(IdleLogout(minutes=duration(seconds)))


def duration(seconds: float) -> str:
    """A length of time as people say it: `30 minutes`, `1 minute`, `45 seconds`."""
    whole = max(1, round(seconds))
    number, unit = (whole // 60, "minute") if whole % 60 == 0 else (whole, "second")
    return f"{number} {unit}{'' if number == 1 else 's'}"
