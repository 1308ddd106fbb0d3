"""Speaking with partners: what the box says of itself, how it proves who it is, and the test of one of them."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import names, partner_facts, partners, tls, truststore
from sysmgmt.domain.errors import CertificateRefused, PartnerFailed
from sysmgmt.domain.model import Partner, State
from sysmgmt.domain.partner_messages import Message, Proof
from sysmgmt.domain.partners import CERTIFICATE, EXCHANGE
from sysmgmt.engine import certification
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Sealer


def message(state: State, release: str, now: float) -> Message:
    """What the box says of itself."""
    settings = state.settings
    return Message(settings.name, release, settings.level, settings.communication.level, now)


def proof(state: State, sealer: Sealer) -> Proof | None:
    """That with which the box proves who it is; None at the level none.

    Raises MasterKeyMissing, MasterKeyWrong, StateDamaged. Whether it may be used, `partners.fault` tells.
    """
    own = partners.own(state)
    if own is None or state.settings.communication.level == partners.NONE:
        return None
    return Proof(own.certificates[0].pem, certification.key_of(sealer, own), tls.floor(state.settings.reach))


def test(call: Call, one: Partner) -> Mapping[str, Any]:
    """The facts of a partner that answers as it should. Raises PartnerFailed."""
    state = call.state
    if wrong := partners.fault(state, call.now):
        raise PartnerFailed(name=one.name, step=CERTIFICATE, reason=wrong)
    shown = proof(state, call.box.sealer)
    if shown:
        _check_revoked(call, one)
    heard = call.box.partners.ask(one, shown, message(state, call.box.release, call.box.clock.now()))
    if names.canonical(heard.message.name) != one.name:
        raise PartnerFailed(name=one.name, step=EXCHANGE, reason=f"it calls itself {heard.message.name}")
    own = partners.own(state)
    return partner_facts.tested(one, own.certificates[0].fingerprint if own and shown else "", heard,
                                call.box.clock.now())


def _check_revoked(call: Call, one: Partner) -> None:
    try:
        call.box.reader.check_revoked([one.certificate], truststore.lists(call.state))
    except CertificateRefused:
        raise PartnerFailed(name=one.name, step=CERTIFICATE, reason="its certificate was revoked") from None
