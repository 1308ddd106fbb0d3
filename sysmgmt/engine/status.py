"""Whether the box is well, and which keys it has: put together from the state and from those who keep the rest."""

from collections.abc import Iterator
from typing import Any

from sysmgmt.domain import cryptoperiods, facts
from sysmgmt.domain.cryptoperiods import PERIOD, Key
from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Box


def of_box(box: Box, state: State) -> dict[str, Any]:
    """What get_system_status tells: the stored files are read again for it. Raises StateDamaged, StorageFailed."""
    return facts.system_status(state, {**box.store.check(), "free_bytes": box.audit_files.free()})


def of_keys(box: Box, state: State) -> Iterator[Key]:
    """Every key. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged, ServiceRefused."""
    known = box.sealer.facts(state.settings.master_key)
    made_at = float(known["made_at"])
    yield Key("master key", known["algorithm"], state.settings.master_key, known["kept"], made_at, made_at + PERIOD)
    chain, began = box.audit.chain()
    yield Key("audit key", "HMAC-SHA-256 and Ed25519", chain, "in a file of its own", began, began and began + PERIOD)
    if box.doors.is_governed():
        yield from cryptoperiods.of_host_keys(state, box.doors.host_keys())
    yield from cryptoperiods.of_certificates(state)
