"""Certificates that the box has signed itself are renewed before they expire (B30)."""

from sysmgmt.domain import certificates, expiry
from sysmgmt.domain.times import HOUR
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.service.duties.duty import Duty


def renew(house: House) -> None:
    """Renew what is due. Raises any refusal."""
    state = house.box.store.read()
    for use in expiry.renewal_due(state, house.box.clock.now()):
        key_type = certificates.identity(state, use).certificates[0].key_type
        work(house, "renew_certificate", {"use": use, "key_type": key_type})


DUTIES = (Duty("the renewal of certificates", HOUR, renew),)
