"""One ceremony that replaces the keys of the box (R142-R149, C24): the state after it, in which all are new.

Every secret is sealed anew and opened again, every private key signs something, before that state
can be saved. Saving it is the commit: the keys themselves follow it, see `own_keys`.
"""

from sysmgmt.domain import sealed
from sysmgmt.domain.errors import KeysNotProven
from sysmgmt.domain.model import State
from sysmgmt.engine import audit_seeds, certification, cluster_certificate
from sysmgmt.engine.declaration import Call


def regenerate(call: Call) -> State:
    """The state under new keys: master key, audit chain, cluster certificate, SSH host keys where the box governs sshd.

    Raises KeysNotProven, MasterKeyMissing, MasterKeyWrong, StateDamaged.
    """
    key = call.box.sealer.make(call.now)
    state = sealed.replaced(call.state, lambda text, place: _sealed_anew(call, (text, place), key))
    seeds = (*state.settings.audit_seeds, audit_seeds.new_seed(call.box, key))
    state = state._replace(settings=state.settings._replace(master_key=key, audit_seeds=seeds))
    state = cluster_certificate.renew(call._replace(state=state))
    if call.box.doors.is_governed():
        state = with_host_keys(call, state)
    _prove(call, state)
    return state


def with_host_keys(call: Call, state: State) -> State:
    """The state that wants another set of SSH host keys."""
    return state._replace(settings=state.settings._replace(
        host_keys=call.box.clock.token(), host_keys_at=call.now))


def _sealed_anew(call: Call, secret: tuple[str, str], key: str) -> str:
    """A sealed text, sealed under another key for the same place, which gives back what the old one gave."""
    sealer, (text, place) = call.box.sealer, secret
    opened = sealer.unseal(text, place)
    anew = sealer.seal(opened, place, key)
    if sealer.unseal(anew, place) != opened:
        raise KeysNotProven(what=f"the secret of {place} does not open under the new master key")
    return anew


def _prove(call: Call, state: State) -> None:
    """Have every private key sign something that its certificate must verify. Raises KeysNotProven."""
    for one in state.identities.values():
        if not call.box.certifier.proves(one.certificates[0], certification.key_of(call.box.sealer, one)):
            raise KeysNotProven(what=f"the key of the {one.use} certificate is not the one in the certificate")
