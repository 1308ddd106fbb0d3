"""A login takes one of the free places of the address it comes from, before anything is looked at.

It gives it back unless it fails. While none is free but some login is still in progress a further one waits: so
nobody is turned away because others are in progress, and of any number at once no more fail than may.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sysmgmt.domain.errors import AccountLocked, TooManyFailedLogins, UnknownUser
from sysmgmt.domain.origins import Place, counted_as
from sysmgmt.engine.attempt import POLL
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import Caller


@contextmanager
def place(house: House, caller: Caller, most: int) -> Iterator[None]:
    """Hold a place of the address, of which so many may fail: whoever is unknown, locked, or has a wrong password.

    Raises TooManyFailedLogins.
    """
    origin = counted_as(caller.origin)
    if not origin:  # a terminal of the box
        yield
        return
    while (found := house.box.origins.take(origin, most)) is Place.BUSY:
        house.box.clock.pause(POLL)
    if found is Place.NONE:
        raise TooManyFailedLogins(origin=origin)
    failed = False
    try:
        yield
    except (AccountLocked, UnknownUser):
        failed = True
        raise
    finally:
        house.box.origins.leave(origin, failed)
