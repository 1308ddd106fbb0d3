"""What ends by its date: how long it has left, what is renewed, and what is told of before (B30, D19)."""

from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain.certificates import AHEAD, CLUSTER, EXTERNAL, INTERNAL, ROOT
from sysmgmt.domain.model import Certificate, State
from sysmgmt.domain.times import DAY, iso


def days_left(one: Certificate, now: float) -> int:
    """Whole days until it expires; negative afterwards."""
    return int((one.not_after - now) // DAY)


def ends_soon(one: Certificate, now: float) -> bool:
    """Whether it ends within 30 days; of one that is valid for less than 90, within its last third."""
    return _is_near(one.not_before, one.not_after, now)


def _is_near(begin: float, end: float, now: float) -> bool:
    return end - now <= min(AHEAD, (end - begin) / 3)


def renewal_due(state: State, now: float) -> list[str]:
    """The uses whose certificates the box has to renew now: signed by itself, near their end or not valid for a day.

    The latter were made while the clock was ahead. Not the cluster certificate: each partner has to be given the new
    one.
    """
    if not state.settings.certificate_renewal:
        return []
    return [one.use for one in state.identities.values()
            if one.origin == INTERNAL and one.use not in (ROOT, CLUSTER)
            and (ends_soon(one.certificates[0], now) or one.certificates[0].not_before > now + DAY)]


class Expiry(NamedTuple):
    """Something that has expired or will soon: what it is, and a sentence that says when."""

    subject: str
    sentence: str


def expiring(state: State, now: float) -> Iterator[Expiry]:
    """Everything that has expired or will soon (D19): for logins, for events."""
    for own in state.identities.values():
        yield from _expiry(f"{own.use} certificate", own.certificates[:1], now)
        if own.origin == EXTERNAL:  # else it is the root certificate, which tells of itself
            yield from _expiry(f"chain above the {own.use} certificate", own.certificates[1:], now)
    for trusted in state.trusted_certificates.values():
        yield from _expiry(f"trusted certificate {trusted.name}", trusted.certificates, now)
    for partner in state.partners.values():
        yield from _expiry(f"certificate of the partner {partner.name}", (partner.certificate,), now)
    for revoked in state.revocation_lists.values():
        end = revoked.next_update
        if end is not None and _is_near(revoked.this_update, end, now):
            yield _told(f"revocation list {revoked.name}", end, now)


def _expiry(what: str, certificates: tuple[Certificate, ...], now: float) -> Iterator[Expiry]:
    ending = [one.not_after for one in certificates if ends_soon(one, now)]
    if ending:
        yield _told(what, min(ending), now)


def _told(what: str, end: float, now: float) -> Expiry:
    return Expiry(what, f"The {what} {'expired' if end < now else 'expires'} on {iso(end)}.")
