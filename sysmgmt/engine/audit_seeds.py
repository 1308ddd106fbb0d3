"""The chain of the audit as the state has it: the seeds it grows from, sealed."""

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.domain.sealed import AUDIT_SEEDS
from sysmgmt.engine.ports import Box, Sealer

SHOWN = 24
"""Hexadecimal digits of an anchor: enough that nobody finds another record for it."""


def new_seed(box: Box, key: str) -> str:
    """A new seed, sealed under the master key with the id `key`."""
    return box.sealer.seal(box.clock.token() + box.clock.token(), AUDIT_SEEDS, key)


def seeds(state: State, sealer: Sealer) -> list[str]:
    """The seeds of all chains of this box, the one in force last. Raises MasterKeyMissing, MasterKeyWrong."""
    return [sealer.unseal(one, AUDIT_SEEDS) for one in state.settings.audit_seeds]


def anchor(box: Box) -> str:
    """What somebody may note, so that a cut end of the audit is found later: `1234:8d5e957f29789348`."""
    try:
        records, head = box.audit.anchor()
    except Refusal:
        return ""  # a box that cannot write lets people in all the same
    return f"{records}:{head[:SHOWN]}"
