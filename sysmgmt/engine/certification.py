"""Certificates of the box: made, asked for, installed. Their private keys are sealed here, and opened by `key_of`.

Only what takes everything that is sealed opens them without it: new keys of the box, backups, imports of a state.
"""

from sysmgmt.domain import certificates, sealed, truststore
from sysmgmt.domain.certificates import EXTERNAL, INTERNAL, ROOT, ROOT_DAYS, Bundle, Plan, PrivateKey
from sysmgmt.domain.errors import KeyMismatch, NoRequest
from sysmgmt.domain.model import Identity, SigningRequest, State, Subject
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Sealer


def seal(call: Call, table: str, use: str, key: str) -> str:
    """A private key, sealed for its place. Raises MasterKeyMissing, MasterKeyWrong."""
    return call.box.sealer.seal(key, sealed.place(table, use, "key"), call.state.settings.master_key)


def key_of(sealer: Sealer, one: Identity | SigningRequest) -> str:
    """The private key of a certificate or a request. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    table = "identities" if isinstance(one, Identity) else "signing_requests"
    return sealer.unseal(one.key, sealed.place(table, one.use, "key"))


def issue(call: Call, use: str, plan: Plan, key: PrivateKey | None = None) -> State:
    """The state with a certificate for `use` that the box's own root CA signed; that one is made where it is missing.

    Raises InvalidValue, MasterKeyMissing, MasterKeyWrong.
    """
    state = _with_root(call, plan)
    root = certificates.identity(state, ROOT)
    signer, pem = root.certificates[0], key.pem if key else _new_key(call)
    made = call.box.certifier.issue(plan, pem, (signer.pem, key_of(call.box.sealer, root)))
    return certificates.put(state, Identity(
        use, (made, signer), seal(call, "identities", use, pem), INTERNAL, call.caller.user, call.now,
        plan.subject, plan.days))


def _new_key(call: Call) -> str:
    return call.box.certifier.make_key(certificates.KEY_TYPES[0])


def _with_root(call: Call, plan: Plan) -> State:
    """The state with a root CA that outlives the certificate by far enough to be exported in time."""
    if certificates.longest(call.state, call.now) >= plan.days:
        return call.state
    key, days = _new_key(call), max(ROOT_DAYS, plan.days + 365)
    subject = Subject(f"{call.state.settings.name} root CA", org=plan.subject.org, country=plan.subject.country)
    made = call.box.certifier.issue(Plan(subject, (), call.now, days, authority=True), key)
    return certificates.put(call.state, Identity(
        ROOT, (made,), seal(call, "identities", ROOT, key), INTERNAL, call.caller.user, call.now,
        subject, days))


def ask(call: Call, use: str, plan: Plan, key: PrivateKey | None = None) -> State:
    """The state with an outstanding request for `use`. Raises RequestOutstanding, InvalidValue."""
    key = key or PrivateKey(certificates.KEY_TYPES[0], _new_key(call))
    return certificates.ask(call.state, SigningRequest(
        use, call.box.certifier.request(plan, key.pem), plan.subject, key.kind,
        seal(call, "signing_requests", use, key.pem), plan.names, call.caller.user, call.now))


def install(call: Call, use: str, given: Bundle) -> State:
    """The state with a certificate for `use` that somebody else signed.

    Its key came with it, or it is that of the outstanding request, or the present one. Raises
    NoRequest, KeyMismatch, CertificateRefused.
    """
    own = (call.state.signing_requests.get(use), call.state.identities.get(use))
    bundle = given if given.key else with_own_key(call, own, given)
    leaf = bundle.certificates[0]
    certificates.check_leaf(leaf, call.now)
    chain = call.box.certifier.complete(leaf, truststore.above(call.state, bundle.certificates[1:], call.now))
    state = certificates.put(call.state, Identity(
        use, chain, seal(call, "identities", use, bundle.key), EXTERNAL, call.caller.user, call.now))
    if use in state.signing_requests and not given.key:
        state = certificates.cancel(state, use)
    return state


def with_own_key(call: Call, places: tuple[SigningRequest | None, Identity | None], given: Bundle) -> Bundle:
    """What was given, with the key of the outstanding request or the present one, to which it belongs.

    Raises NoRequest, KeyMismatch.
    """
    own = [one for one in places if one is not None]
    if not own:
        raise NoRequest()
    for one in own:
        try:
            return call.box.reader.pair(given.certificates, key_of(call.box.sealer, one))
        except KeyMismatch:
            continue
    raise KeyMismatch(whose=" of the outstanding request" if places[0] else " of the box")


def renew(call: Call, use: str, key: PrivateKey) -> State:
    """The state with a new certificate for `use` that says what the present one says, for as long again (B30).

    Raises NoCertificate.
    """
    old = certificates.identity(call.state, use)
    subject = old.subject or Subject(call.state.settings.name)
    return issue(call, use, Plan(subject, old.certificates[0].names, call.now, old.days), key)
