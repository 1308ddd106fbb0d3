"""The certificate by which the partners of the box know it. It signs itself: nobody else vouches for it."""

from sysmgmt.domain import certificates, partners
from sysmgmt.domain.certificates import CLUSTER, INTERNAL, KEY_TYPES, Plan
from sysmgmt.domain.model import Identity, State, Subject
from sysmgmt.engine import certification
from sysmgmt.engine.declaration import Call


def renew(call: Call) -> State:
    """The state with a new key and certificate, which every partner has to be given (R142-R149).

    Raises MasterKeyMissing, MasterKeyWrong.
    """
    key = call.box.certifier.make_key(KEY_TYPES[0])
    name = call.state.settings.name
    plan = Plan(Subject(name), certificates.alternatives(name, ()), call.now - partners.CLOCKS_DIFFER, partners.DAYS)
    made = call.box.certifier.issue(plan, key)
    return certificates.put(call.state, Identity(
        CLUSTER, (made,), certification.seal(call, "identities", CLUSTER, key), INTERNAL, call.caller.user, call.now,
        plan.subject, plan.days))
