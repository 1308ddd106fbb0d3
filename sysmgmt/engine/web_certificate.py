"""The certificate of the web server, changed: a new one beside the old one, which may still come back."""

from sysmgmt.domain import certificates, web
from sysmgmt.domain.certificates import Bundle, Plan
from sysmgmt.domain.model import State, Subject
from sysmgmt.engine import certification
from sysmgmt.engine.declaration import Call


def begin(call: Call) -> State:
    """The state in which the web server shows a certificate that the box's own root CA has signed, if it has none."""
    if web.shown(call.state) is not None:
        return call.state
    name = call.state.settings.name
    names = (*certificates.alternatives(name, ()), "DNS:localhost")
    place = web.free_place(call.state)
    return web.show(certification.issue(call, place, Plan(Subject(name), names, call.now, web.DAYS)), place)


def change(call: Call, given: Bundle) -> State:
    """The state in which the web server shows what was given.

    Without a key it answers the outstanding request, or it is a new one for the key that is shown.
    Raises NoRequest, KeyMismatch, CertificateRefused, HstsNeedsAuthority, MasterKeyMissing.
    """
    asked, shown = call.state.signing_requests.get(web.REQUEST), web.shown(call.state)
    bundle = given if given.key else certification.with_own_key(call, (asked, shown), given)
    web.check(bundle.certificates[0])
    place = web.free_place(call.state)
    state = web.show(certification.install(call, place, bundle), place)
    answered = asked is not None and bundle.key == certification.key_of(call.box.sealer, asked)
    return certificates.cancel(state, web.REQUEST) if answered else state
