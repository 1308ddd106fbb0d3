"""What the `get_` commands tell of certificates, keys and the truststore."""

from typing import Any

from sysmgmt.domain import certificates, expiry
from sysmgmt.domain.certificates import CLUSTER, PLACES, ROOT, SYSTEM
from sysmgmt.domain.model import Certificate, Identity, RevocationList, SigningRequest, State, TrustedCertificate
from sysmgmt.domain.times import iso


def certificate(one: Certificate, now: float) -> dict[str, Any]:
    """What a certificate says; the validity in whole days that are left."""
    return {"subject": one.subject, "issuer": one.issuer, "subject_alternative_names": list(one.names),
            "fingerprint": one.fingerprint, "serial": one.serial, "valid_from": iso(one.not_before),
            "valid_until": iso(one.not_after), "days_left": expiry.days_left(one, now),
            "key_type": one.key_type, "signature": one.signature, "usages": list(one.usages),
            "authority": one.authority}


def identity(one: Identity, now: float) -> dict[str, Any]:
    """One element of get_certificates."""
    return {"use": one.use, "purpose": PLACES.get(one.use), "origin": one.origin,
            **certificate(one.certificates[0], now), "chain": [above.subject for above in one.certificates[1:]],
            "made_by": one.made_by, "made_at": iso(one.made_at)}


def where_used(state: State, one: Identity) -> list[str]:
    """What shows a certificate, or rests upon it, as things are set now."""
    if one.use == ROOT:
        return [f"{other.use} certificate" for other in state.identities.values()
                if other.use != ROOT and one.certificates[0] in other.certificates]
    if one.use == CLUSTER:
        return [f"partner {name}" for name in state.partners]
    if one.use == SYSTEM:
        shown_to = [f"syslog server {each.server}" for each in state.syslog.values() if each.client_certificate]
        return ["signatures of audit exports and system info", *shown_to]
    return ["web server"] if one.use == state.settings.reach.web_certificate else []


def signing_request(one: SigningRequest) -> dict[str, Any]:
    """An outstanding request (B12)."""
    return {"use": one.use, "subject": certificates.spelled(one.subject),
            "subject_alternative_names": list(one.names), "key_type": one.key_type,
            "made_by": one.made_by, "made_at": iso(one.made_at), "pem": one.pem}


def all_certificates(state: State, now: float) -> dict[str, Any]:
    """What get_certificates tells."""
    return {"certificates": [{**identity(one, now), "where_used": where_used(state, one)}
                             for one in state.identities.values()],
            "outstanding_requests": [signing_request(one) for one in state.signing_requests.values()],
            "automatic_renewal": state.settings.certificate_renewal}


def trusted(one: TrustedCertificate, now: float) -> dict[str, Any]:
    """One element of get_trusted_certificates."""
    return {"name": one.name, "purposes": list(one.purposes), "server": one.server or None,
            "added_by": one.added_by, "added_at": iso(one.added_at),
            "certificates": [certificate(each, now) for each in one.certificates]}


def revocation_list(one: RevocationList) -> dict[str, Any]:
    """One element of get_revocation_lists."""
    return {"name": one.name, "issuer": one.issuer, "revoked": one.revoked, "issued_at": iso(one.this_update),
            "next_at": iso(one.next_update), "added_by": one.added_by, "added_at": iso(one.added_at)}
