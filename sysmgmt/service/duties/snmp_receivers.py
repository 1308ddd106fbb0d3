"""What boxmgmtd tells SNMP receivers: every event that they want, in order, an inform until it is confirmed (R023)."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from sysmgmt.domain import snmp
from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.delivery import TELLING, Delivered, Patience, Sieve, unfollowed
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.recipients import Queue
from sysmgmt.engine import snmp_notifications
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
AT_ONCE = 50
"""Notifications that are sent before the settings are looked at again."""
KINDS = frozenset({"SnmpFails"})


class SnmpCarrier:
    """Notifies one receiver; `findings` has for each of them what stands in the way."""

    def __init__(self, number: int, findings: dict[int, Finding],
                 elapsed: Callable[[], float] = time.monotonic) -> None:
        self._number = number
        self._findings = findings
        self._patience = Patience(elapsed)
        self._basis: object = None
        self._sieve = Sieve()

    def look(self, house: House) -> None:
        """Send what waits. Raises any refusal."""
        state = house.box.store.read()
        settings = snmp.settings(state)
        basis = settings, state.snmp_users.get(settings.user)
        if basis != self._basis:
            self._basis, self._sieve = basis, Sieve()
            self._patience.reset()
        if self._number >= len(settings.receivers) or not settings.enabled:
            self._patience.reset()
        elif self._patience.is_over():
            self._serve(house, [*snmp_notifications.queues(house.box, settings)][self._number])
        if not self._patience.failures:
            self._findings.pop(self._number, None)
        settle(house, KINDS, self._findings.copy().values())

    def _serve(self, house: House, queue: Queue) -> None:
        try:
            house.box.sync()  # nobody is told of an event whose number another one could still get
            wanted = self._sieve.wanted(house.box.events.newest(), queue.done.number, queue.recipient.wants)
            self._notify(house, queue, wanted[:AT_ONCE])
        except Refusal as problem:
            self._fail(house, queue, problem)

    def _notify(self, house: House, queue: Queue, wanted: list[Mapping[str, Any]]) -> None:
        """Send them one after the other, and keep of each that it was taken. Raises any refusal."""
        state = house.box.store.read()
        for one in wanted:
            now = house.box.clock.now()
            target = snmp_notifications.target(house.box, state, snmp.place(queue.recipient))
            house.box.notifier.notify(target, snmp.of_event(one, state.settings.name, now), unfollowed)
            house.box.deliveries.keep(queue.name, Delivered(one["seq"], now))
            self._patience.reset()

    def _fail(self, house: House, queue: Queue, problem: Refusal) -> None:
        self._patience.failed()
        if self._patience.failures >= TELLING:
            self._findings[self._number] = Finding("SnmpFails", queue.recipient.address, str(problem))
        done = house.box.deliveries.read().get(queue.name, queue.done)
        house.box.deliveries.keep(queue.name, done._replace(error=str(problem)))


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about SNMP receivers."""
    findings: dict[int, Finding] = {}
    return tuple(Duty(f"the SNMP receiver {one + 1}", POLL, SnmpCarrier(one, findings).look)
                 for one in range(snmp.MOST))
