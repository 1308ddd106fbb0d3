"""Writing events down, for get_events_log and for whoever is notified."""

from collections.abc import Iterable
from contextlib import suppress

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.events import Event
from sysmgmt.domain.times import iso
from sysmgmt.engine.ports import Box


def tell(box: Box, happened: Iterable[Event], user: str) -> None:
    """Write down what happened through `user`. What has been done is not refused for want of space to tell of it."""
    now = iso(box.clock.now(), 6)
    with suppress(Refusal):
        for one in happened:
            box.events.append({"time": now, "user": user, **one.facts()}, durable=False)
