"""What is told of partners, of the certificate by which they know the box, and of where it listens for them."""

from collections.abc import Sequence
from typing import Any

from sysmgmt.domain import certificate_facts, certificates, fingerprints, partners
from sysmgmt.domain.model import Certificate, Partner, State
from sysmgmt.domain.notation import EVERYWHERE
from sysmgmt.domain.partner_messages import Heard
from sysmgmt.domain.times import iso
from sysmgmt.domain.tls import PARTNERS, Listener


def cluster_certificate(one: Certificate, now: float) -> dict[str, Any]:
    """What get_cluster_certificate tells (R146): to be compared, and to be pasted at every partner."""
    return {**certificate_facts.certificate(one, now), "fingerprint_in_words": fingerprints.words(one.fingerprint),
            "pem": one.pem}


def partner(one: Partner, now: float) -> dict[str, Any]:
    """One element of get_partners."""
    shown = one.certificate
    return {"name": one.name, "address": one.address, "port": one.port, "subject": shown.subject,
            "fingerprint": shown.fingerprint, "fingerprint_in_words": fingerprints.words(shown.fingerprint),
            "valid_until": iso(shown.not_after), "certificate_fault": next(certificates.faults(shown, now), None),
            "added_by": one.added_by, "added_at": iso(one.added_at)}


def listener(state: State, listeners: Sequence[Listener], now: float) -> dict[str, Any]:
    """Where the box listens for its partners, or why it does not (A07, A11)."""
    place = state.settings.communication
    found = next((one for one in listeners if one.name == PARTNERS), None)
    why = found.shut if found else partners.shut(state, now) or "only boxmgmtd listens for partners"
    return {"address": place.address or EVERYWHERE, "port": place.port, "listening": not why, "reason": why or None}


def tested(one: Partner, own: str, heard: Heard, now: float) -> dict[str, Any]:
    """What test_partner tells of a partner that has passed; `now` is when it answered, times in seconds."""
    passed = {step: "passed" for step in partners.STEPS}
    if not heard.tls:
        passed.update(tls="not used", certificate="not used")
    return {"name": one.name, "address": f"{heard.address}", "port": one.port, "steps": passed,
            "own_fingerprint": own or None, "fingerprint": one.certificate.fingerprint,
            "tls": heard.tls or None, "cipher_suite": heard.suite or None,
            "version": heard.message.version, "level": heard.message.level,
            "communication_level": heard.message.communication_level,
            "clock_difference": round(heard.message.time - (now - heard.took / 2), 1) + 0.0,  # no -0.0
            "verdict": "passed"}
