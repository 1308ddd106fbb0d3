"""What the user of an open session is told besides, once."""

from sysmgmt.domain.lockout import BY_ATTEMPTS
from sysmgmt.domain.model import State
from sysmgmt.domain.times import iso
from sysmgmt.engine.request import Caller


class News:
    """Tells that wrong passwords have locked the account of a user who is logged in."""

    def __init__(self) -> None:
        self._told: float | None = None

    def of(self, state: State, caller: Caller) -> tuple[str, ...]:
        """What has not been told yet."""
        account = state.accounts.get(caller.user) if caller.session else None
        locked_since = account.locked_since if account and account.locked_by == BY_ATTEMPTS else None
        told, self._told = self._told, locked_since
        if locked_since in (None, told):
            return ()
        return (f"Wrong passwords have locked your account since {iso(locked_since)}; nobody can log in with it.",)
