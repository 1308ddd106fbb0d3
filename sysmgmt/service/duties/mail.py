"""The mail that boxmgmtd sends: events as they happen or once a day, and a weekly report (R022, R248)."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import delivery, mail
from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.delivery import TELLING, Delivered, Patience, Sieve, unfollowed
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.mail import Letter
from sysmgmt.domain.model import MailServer
from sysmgmt.domain.recipients import Queue
from sysmgmt.domain.times import HOUR
from sysmgmt.engine import mailing
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.service.duties import reports
from sysmgmt.service.duties.duty import Duty

POLL = 2.0
MOST = 500
"""Events in one letter."""
KINDS = frozenset({"MailFails"})


class Parcel(NamedTuple):
    """A letter from a queue; `what` is kept under `name` once it has been taken."""

    letter: Letter
    queue: Queue
    name: str
    what: Delivered


class Postman:
    """Takes to each recipient, in order, what waits. `elapsed` counts seconds and never jumps."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._begin(None)

    def _begin(self, server: MailServer | None) -> None:
        self._server = server
        self._failing: dict[str, Patience] = {}
        self._sieves: dict[str, Sieve] = {}
        self._seen: object = None

    def look(self, house: House) -> None:
        """Send what waits, but nothing to whom it could not be brought just now. Raises any refusal."""
        server = house.box.store.read().mail.get(mail.NAME)
        if server != self._server:
            self._begin(server)
        if server is not None and server.enabled:
            house.box.sync()  # nobody is told of an event whose number another one could still get
            seen = (delivery.last(house.box.events.newest()), house.box.clock.now() // HOUR)
            if seen != self._seen:
                parcels = [*self._parcels(house, server)]
                self._bring(house, server, parcels)
                self._seen = None if parcels or self._failing else seen
        if not self._failing:
            settle(house, KINDS, ())

    def _parcels(self, house: House, server: MailServer) -> Iterator[Parcel]:
        """What is brought now: reports that are due, and events."""
        now, name = house.box.clock.now(), house.box.store.read().settings.name
        kept = house.box.deliveries.read()
        for queue in mailing.queues(house.box, server):
            to = queue.recipient.address
            if to in self._failing and not self._failing[to].is_over():
                continue
            report = f"report {to}"
            if server.reports and now - kept.get(report, Delivered(0)).number >= mail.WEEK:
                letter = mail.of_report(name, to, server.sender, now, reports.text(house.box, now))
                yield Parcel(letter, queue, report, Delivered(int(now), now))
            if found := mail.ripe(self._wanted(house, queue), server.digest, now)[:MOST]:
                letter = mail.of_events(name, to, server.sender, found)
                yield Parcel(letter, queue, queue.name, Delivered(found[-1]["seq"], now))

    def _wanted(self, house: House, queue: Queue) -> list[Mapping[str, Any]]:
        """The events that wait for a recipient."""
        sieve = self._sieves.setdefault(queue.name, Sieve())
        return sieve.wanted(house.box.events.newest(), queue.done.number, queue.recipient.wants)

    def _bring(self, house: House, server: MailServer, parcels: list[Parcel]) -> None:
        """Bring them, and keep of each that it was taken, or why it was not."""
        left = {one.letter: one for one in parcels}

        def accepted(letter: Letter) -> None:
            house.box.deliveries.keep(left[letter].name, left[letter].what)
            del left[letter]
            self._failing.pop(letter.to, None)
        if not parcels:
            return
        try:
            post = mailing.post(house.box, house.box.store.read(), server)
            house.box.mailer.deliver(post, list(left), unfollowed, accepted)
        except Refusal as problem:
            queues = {one.queue.name: one.queue for one in left.values()}.values()
            for queue in queues:  # first of all, or what cannot be kept would be sent again and again
                self._failing.setdefault(queue.recipient.address, Patience(self._elapsed)).failed()
            for queue in queues:
                house.box.deliveries.keep(queue.name, queue.done._replace(error=str(problem)))
            if any(one.failures >= TELLING for one in self._failing.values()):
                settle(house, KINDS, [Finding("MailFails", server.server, str(problem))])


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about mail."""
    return (Duty("the mail", POLL, Postman().look),)
