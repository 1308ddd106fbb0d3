"""What boxmgmtd sends to syslog servers: every event and audit record, in order, until it is known to be there."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain import delivery, syslog
from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.delivery import TELLING, Delivered, Patience, unfollowed
from sysmgmt.domain.errors import DeliveryFailed, Refusal
from sysmgmt.domain.model import SyslogServer
from sysmgmt.domain.syslog import NUMBERS, WHAT, Origin
from sysmgmt.engine import syslogging
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.engine.ports.remotes import Link
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
SAFE = 5.0
"""Seconds that a connection must last after a message until that is known to be there."""
LONGEST = 30.0
"""Seconds within which the other machine must acknowledge what was sent."""
AT_ONCE = 500
"""Records that are sent in one go."""
KINDS = frozenset({"SyslogFails"})


class Sent(NamedTuple):
    """Records of a stream up to a number, sent at a time that never jumps."""

    stream: str
    number: int
    at: float


class SyslogCarrier:
    """Brings one server what happens; `findings` has for each server what stands in the way."""

    def __init__(self, number: str, findings: dict[str, Finding],
                 elapsed: Callable[[], float] = time.monotonic) -> None:
        self._number = number
        self._findings = findings
        self._elapsed = elapsed
        self._patience = Patience(elapsed)
        self._basis: object = None
        self._link: Link | None = None
        self._sent: deque[Sent] = deque()
        self._next: dict[str, int] = {}

    def look(self, house: House) -> None:
        """Keep what has arrived, and send what waits. Raises any refusal."""
        state = house.box.store.read()
        server = state.syslog.get(self._number)
        basis = syslogging.basis(state, server)
        if basis != self._basis:
            self._hang_up()
            self._basis = basis
            self._patience.reset()
        if server is None or not server.enabled:
            self._patience.reset()
        elif self._patience.is_over():
            self._serve(house, server)
        if not self._patience.failures:
            self._findings.pop(self._number, None)
        settle(house, KINDS, self._findings.copy().values())

    def _serve(self, house: House, server: SyslogServer) -> None:
        try:
            house.box.sync()  # nobody is sent a record whose number another one could still get
            self._drop_idle()
            if self._link is None and not self._waits(house, server):
                return
            link = self._link = self._link or house.box.sender.open(
                syslogging.relay(house.box, house.box.store.read(), server), unfollowed)
            link.check()
            self._keep_arrived(house, server, link)
            for stream in WHAT[server.what] if not link.under_way() else ():
                self._send(house, server, stream, link)
            link.check()
        except Refusal as problem:
            self._fail(house, server, problem)

    def _drop_idle(self) -> None:
        """A server that hangs up when everything is there may do so."""
        if self._link is not None and not self._sent:
            try:
                self._link.check()
            except Refusal:
                self._hang_up()

    def _waits(self, house: House, server: SyslogServer) -> bool:
        kept = house.box.deliveries.read()
        return any(delivery.last(syslogging.journal(house.box, one).newest()) > syslog.done(server, one, kept).number
                   for one in WHAT[server.what])

    def _keep_arrived(self, house: House, server: SyslogServer, link: Link) -> None:
        """Keep what was sent long enough ago. Raises DeliveryFailed where nothing arrives any more."""
        if not self._sent:
            return
        waited = self._elapsed() - self._sent[0].at
        if waited >= LONGEST and link.under_way():
            raise DeliveryFailed(server=server.server, reason="what is sent does not arrive")
        if waited < SAFE or link.under_way():
            return
        arrived: dict[str, int] = {}
        while self._sent and self._elapsed() - self._sent[0].at >= SAFE:
            one = self._sent.popleft()
            arrived[one.stream] = one.number
        for stream, number in arrived.items():
            house.box.deliveries.keep(syslog.name(server, stream), Delivered(number, house.box.clock.now()))
        self._patience.reset()

    def _send(self, house: House, server: SyslogServer, stream: str, link: Link) -> None:
        """Send the records of a stream that have not been sent through this connection."""
        begin = self._next.get(stream)
        if begin is None:
            begin = syslog.done(server, stream, house.box.deliveries.read()).number
        records = delivery.waiting(syslogging.journal(house.box, stream).newest(), begin)
        if not records:
            return
        settings = house.box.store.read().settings
        origin = Origin(settings.name, settings.box_id)
        for start in range(0, len(records), AT_ONCE):
            some = records[start:start + AT_ONCE]
            link.send([syslog.message(stream, one, origin) for one in some])
            self._next[stream] = some[-1]["seq"]
            self._sent.append(Sent(stream, some[-1]["seq"], self._elapsed()))

    def _fail(self, house: House, server: SyslogServer, problem: Refusal) -> None:
        """Hang up; what is not known to be there is sent again."""
        self._hang_up()
        self._patience.failed()
        if self._patience.failures >= TELLING:
            self._findings[self._number] = Finding("SyslogFails", f"{server.server}:{server.port}", str(problem))
        kept = house.box.deliveries.read()
        for stream in WHAT[server.what]:
            done = syslog.done(server, stream, kept)
            house.box.deliveries.keep(syslog.name(server, stream), done._replace(error=str(problem)))

    def _hang_up(self) -> None:
        if self._link is not None:
            with suppress(Refusal):
                self._link.close()
        self._link = None
        self._sent.clear()
        self._next.clear()


def duties() -> tuple[Duty, ...]:
    """What boxmgmtd does about syslog."""
    findings: dict[str, Finding] = {}
    return tuple(Duty(f"the syslog server {one}", POLL, SyslogCarrier(one, findings).look) for one in NUMBERS)
