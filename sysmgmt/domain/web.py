"""The certificate of the web server: which are good enough, which one is shown, and when HSTS may be (R225-R232)."""

from sysmgmt.domain import certificates
from sysmgmt.domain.certificates import WEB
from sysmgmt.domain.errors import HstsNeedsAuthority
from sysmgmt.domain.model import Certificate, Identity, State

REQUEST = "web"
"""The use of the outstanding request."""
KEYS = ("ec_p256", "ec_p384")
"""Curves; RSA keys are good from 2048 bits on (R227)."""
DAYS = 365


def shown(state: State) -> Identity | None:
    """What the web server shows."""
    return state.identities.get(state.settings.reach.web_certificate)


def free_place(state: State) -> str:
    """Where the next certificate goes: beside the one that is shown."""
    return next(one for one in WEB if one != state.settings.reach.web_certificate)


def show(state: State, place: str) -> State:
    """The state in which the web server shows what lies at `place`. Raises HstsNeedsAuthority."""
    reach = state.settings.reach._replace(web_certificate=place)
    state = state._replace(settings=state.settings._replace(reach=reach))
    if reach.hsts:
        _check_authority(state)
    return state


def set_hsts(state: State, on: bool) -> State:
    """The state with HSTS on or off. Raises HstsNeedsAuthority (R231)."""
    if on:
        _check_authority(state)
    reach = state.settings.reach._replace(hsts=on)
    return state._replace(settings=state.settings._replace(reach=reach))


def without_unfit_hsts(state: State) -> State:
    """The state with HSTS off if its web certificate may not be shown with it (R231): after a change was undone."""
    try:
        if state.settings.reach.hsts:
            _check_authority(state)
        return state
    except HstsNeedsAuthority:
        return set_hsts(state, False)


def _check_authority(state: State) -> None:
    """A browser that has seen HSTS lets nobody pass a certificate that it does not trust."""
    one = shown(state)
    if one is None or one.origin == certificates.INTERNAL or one.certificates[0].self_signed:
        raise HstsNeedsAuthority()


def check(one: Certificate) -> None:
    """Raise CertificateRefused for what the web server does not show, good as it may be for others."""
    if not one.key_type.startswith("rsa") and one.key_type not in KEYS:
        certificates.refuse(one, [f"a web server shows RSA keys, or EC keys on P-256 or P-384, and this one is of the "
                                  f"type {one.key_type}"])


def consequence(one: Certificate) -> str:
    """Who will not trust what the web server shows with this certificate."""
    if one.self_signed:
        return "The certificate is signed by nobody else: every browser will warn of the web server."
    return f"Clients that do not trust {one.issuer} will refuse the web server."


def consequences_of_hsts(state: State, on: bool) -> tuple[str, ...]:
    """What a change of HSTS means."""
    if on == state.settings.reach.hsts:
        return ()
    if on:
        return ("For a year browsers that were here will refuse the web server once its certificate is not trusted "
                "or has expired.",)
    return ("Browsers that were here keep to TLS for up to a year all the same.",)


def shut(state: State, now: float) -> str:
    """Why the web server must not answer now; "" if it may (A11)."""
    one = shown(state)
    if one is None:
        return "the box has no web certificate"
    wrong = certificates.fault(one, now)
    return wrong and f"its certificate cannot be used: {wrong}"


def without_unused(state: State) -> State:
    """The state without keys that are not shown, and can never come back."""
    settings = state.settings
    kept = {settings.reach.web_certificate, settings.pending.before.web_certificate if settings.pending else ""}
    for place in WEB:
        if place not in kept:
            state = state._replace(identities=state.identities.without(place))
    return state
