"""A change that is undone by itself unless it is confirmed from a new login."""

from collections.abc import Iterable
from typing import Any

from sysmgmt.domain import tls, web
from sysmgmt.domain.errors import NothingPending, SameLogin
from sysmgmt.domain.levels import LEGACY_TLS, allows
from sysmgmt.domain.model import Pending, Reach, Returned, Settings, State


NAMES = {"tls_minimum": "the lowest version of TLS", "hsts": "HSTS",
         "web_certificate": "the certificate of the web server", "interfaces": "the interfaces",
         "name_servers": "the name servers", "firewall": "the firewall"}
"""What the settings of the reach are called in a sentence."""


def told(settings: Iterable[str]) -> str:
    """Those settings, as they are called in a sentence."""
    return " and ".join(NAMES[one] for one in settings)


def changed(one: Pending, now: Settings) -> dict[str, tuple[Any, Any]]:
    """What would come back: by setting, what comes and what is now.

    What somebody has changed again since is theirs, and stays. No version of TLS comes back that the level forbids:
    nothing at all would then.
    """
    allowed = one.before if allows(now, LEGACY_TLS) else one.before._replace(tls_minimum=tls.floor(one.before))
    return {name: (before, after) for name, before, after in zip(Reach._fields, allowed, one.after, strict=True)
            if before != after and getattr(now.reach, name) == after}


def overdue(one: Pending, now: float) -> bool:
    """Whether its time is over. A clock that was set back behind the change counts as that."""
    return not one.made_at <= now < one.returns_at


def seconds_left(settings: Settings, now: float) -> int:
    """Until the waiting change is undone; 0 where none waits."""
    return max(1, int(settings.pending.returns_at - now)) if settings.pending else 0


def undone(state: State) -> State:
    """The state as it was before the waiting change. Raises NothingPending."""
    settings = state.settings
    before = {name: old for name, (old, _) in changed(waiting(state), settings).items()}
    found = state._replace(settings=settings._replace(reach=settings.reach._replace(**before), pending=None))
    return web.without_unfit_hsts(found) if before.keys() & {"hsts", "web_certificate"} else found


def return_(state: State, id: str, now: float) -> State:
    """The state in which the change `id` is undone by itself; the same state if it does not wait any more."""
    settings, waits = state.settings, state.settings.pending
    if waits is None or waits.id != id:
        return state
    returned = Returned(tuple(changed(waits, settings)), waits.user, waits.needs, now)
    return undone(state._replace(settings=settings._replace(returned=returned)))


def confirm(state: State, session: str) -> State:
    """The state in which the waiting change is final. Raises NothingPending, SameLogin."""
    pending = waiting(state)
    if session in pending.sessions:
        raise SameLogin()
    return state._replace(settings=state.settings._replace(pending=None))


def waiting(state: State) -> Pending:
    """The change that waits. Raises NothingPending."""
    if state.settings.pending is None:
        raise NothingPending()
    return state.settings.pending


def without_overtaken(state: State) -> State:
    """The state without a waiting change of which nothing would be undone any more.

    A web certificate that somebody has put another in the place of does not come back.
    """
    waits = state.settings.pending
    if waits is None:
        return state
    if waits.before.web_certificate not in ("", *state.identities):
        waits = waits._replace(before=waits.before._replace(web_certificate=waits.after.web_certificate))
    left = waits if changed(waits, state.settings) else None
    return state._replace(settings=state.settings._replace(pending=left))
