"""boxmgmtd listens for partners: as long as there are any, its certificate is valid, and nobody has isolated it."""

import socket
import ssl
import time
from collections.abc import Callable
from typing import NamedTuple

from sysmgmt.domain import conditions, partners
from sysmgmt.domain.certificates import CLUSTER
from sysmgmt.domain.errors import Refusal, ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.domain.tls import PARTNERS, Listener
from sysmgmt.engine import partnership
from sysmgmt.engine.commit import Both
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.engine.ports import Hosted, Prepared, Sealer
from sysmgmt.host.services import NoServices, Nothing
from sysmgmt.service.duties.duty import Duty
from sysmgmt.service.partnerdoor import PartnerDoor, Place, Refusals
from sysmgmt.service.reception import Terms
from sysmgmt.vault import mutual

BACKLOG = 64
POLL = 1.0
"""Seconds between two looks whether the certificate is still valid, and who was refused."""
KINDS = frozenset({"PartnersNotHeard"})
LOCAL = "127.0.0.1"
"""Where a listener at all addresses is found from the box itself."""


class PartnerService:
    """As one of the services that follow the state: opens and shuts the door for partners."""

    def __init__(self) -> None:
        self._sealer: Sealer | None = None
        self._failure = ""
        self.door: PartnerDoor | None = None
        self.refusals = Refusals()

    def beside(self, others: Callable[[Sealer], Hosted] | None, sealer: Sealer) -> "WithPartners":
        """The services of the machine with this one, which opens its key with `sealer`."""
        self._sealer = sealer
        return WithPartners(others(sealer) if others else NoServices(), self)

    def prepare(self, old: State, new: State) -> Prepared:
        """See Services: what has to be opened is, before anything has changed. Raises ServiceRefused.

        What kept the door shut before refuses no change: it stays shut, and the duty tries again.
        """
        if not _concerns(old, new):
            return Nothing()
        try:
            return self._opening(new)
        except Refusal:
            if partners.shut(old, time.time()) or _place(old) != _place(new):
                raise
            return Opening(self, None, None)

    def heal(self, state: State) -> None:
        """See Services. Raises nothing: why nobody is let in, `reason` tells."""
        try:
            self._opening(state).apply()
        except Refusal as refusal:
            self.replace(None)
            self._failure = str(refusal)

    def is_due(self, state: State) -> bool:
        """Whether the door is open though it must not be, or shut though it need not be."""
        return bool(partners.shut(state, time.time())) == (self.door is not None)

    def reason(self, state: State) -> str:
        """Why nobody is let in; "" where partners are."""
        return partners.shut(state, time.time()) or ("" if self.door else self._failure or "boxmgmtd is about to begin")

    def listeners(self, state: State) -> list[Listener]:
        """Where partners are heard, or would be."""
        if not len(state.partners):
            return []
        address, port = _place(state)
        plain = state.settings.communication.level == partners.NONE
        return [Listener(PARTNERS, address or LOCAL, port, self.reason(state), plain)]

    def _opening(self, state: State) -> "Opening":
        if partners.shut(state, time.time()):
            return Opening(self, None, None)
        terms = Terms(state, self._context(state))
        stays = self.door is not None and self.door.place == _place(state)
        return Opening(self, terms, None if stays else _bound(state))

    def _context(self, state: State) -> ssl.SSLContext | None:
        proof = partnership.proof(state, self._sealer) if self._sealer else None
        return proof and mutual.server(proof, [one.certificate for one in state.partners.values()])

    def replace(self, door: PartnerDoor | None) -> None:
        """Have another door, or none; whoever is inside the old one is cut."""
        before, self.door, self._failure = self.door, door, ""
        if before:
            before.shut()
        if door:
            door.open()

    @property
    def duty(self) -> Duty:
        """What has to be done again and again."""
        return Duty("the door for partners", POLL, self.follow)

    def follow(self, house: House) -> None:
        """Open or shut the door where its time has come, and tell of who was refused. Raises any refusal."""
        if self.is_due(house.box.store.read()):
            with house.box.store.writing() as transaction:
                self.heal(transaction.state)
        state = house.box.store.read()
        settle(house, KINDS, conditions.of_partners(state, self.reason(state)))
        self.refusals.tell(house)


class Opening(NamedTuple):
    """What is to become of the door: `bound` is a socket for another one, else the present one gets other terms."""

    service: PartnerService
    terms: Terms | None
    bound: socket.socket | None

    def apply(self) -> None:
        """Open, change or shut it."""
        if self.terms is None:
            self.service.replace(None)
        elif self.bound is not None:
            self.service.replace(PartnerDoor(self.bound, self.terms, self.service.refusals))
        elif self.service.door is not None:
            self.service.door.change(self.terms)

    def discard(self) -> None:
        """Leave it as it is."""
        if self.bound is not None:
            self.bound.close()


class WithPartners(NamedTuple):
    """The services of the machine, and the door for partners, which refuses nothing once it is prepared."""

    hosted: Hosted
    partners: PartnerService

    def prepare(self, old: State, new: State) -> Prepared:
        """See Services."""
        return Both(self.hosted, self.partners).prepare(old, new)

    def heal(self, state: State) -> None:
        """See Services."""
        Both(self.hosted, self.partners).heal(state)

    def listeners(self, state: State) -> list[Listener]:
        """See Hosted."""
        return [*self.hosted.listeners(state), *self.partners.listeners(state)]


def _concerns(old: State, new: State) -> bool:
    return (_told(old) != _told(new) or any(True for _ in new.partners.changed_since(old.partners))
            or any(True for _ in new.revocation_lists.changed_since(old.revocation_lists)))


def _told(state: State) -> tuple[object, ...]:
    """What partners are received with, besides who they are."""
    settings = state.settings
    return (settings.name, settings.level, settings.communication, settings.reach.tls_minimum,
            state.identities.get(CLUSTER))


def _place(state: State) -> Place:
    return Place(state.settings.communication.address, state.settings.communication.port)


def _bound(state: State) -> socket.socket:
    """A socket that listens. Raises ServiceRefused."""
    place = _place(state)
    version_6 = ":" in place.address or (not place.address and socket.has_dualstack_ipv6())
    family = socket.AF_INET6 if version_6 else socket.AF_INET
    try:
        return socket.create_server(place, family=family, backlog=BACKLOG,
                                    dualstack_ipv6=version_6 and not place.address)
    except OSError as problem:
        raise ServiceRefused(service="The port for partners", words=(
            f"{place.address or 'all addresses'}, port {place.port}: {problem.strerror or problem}; "
            "set_partner_port names another one")) from None
