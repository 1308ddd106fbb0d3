"""The chain of the audit as the state has it: the seeds it grows from, sealed."""

from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.domain.sealed import AUDIT_SEEDS
from sysmgmt.engine.ports import Audit, Box, Sealer

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
        records, head = box.journal.anchor()
    except Refusal:
        return ""  # a box that cannot write lets people in all the same
    return f"{records}:{head[:SHOWN]}"


class Chaining(NamedTuple):
    """As one of the services that follow the state: begins the chain whose seed came last."""

    audit: Audit
    sealer: Sealer

    def prepare(self, old: State, new: State) -> "_Beginning":
        """See Services."""
        return _Beginning(self, new if old.settings.audit_seeds != new.settings.audit_seeds else None)

    def heal(self, state: State) -> None:
        """Begin the chain in force if another one is being written. Raises any refusal."""
        if state.settings.audit_seeds:
            self.audit.begin(seeds(state, self.sealer)[-1])


class _Beginning(NamedTuple):
    chaining: Chaining
    state: State | None

    def apply(self) -> None:
        """Begin the chain; where that is not possible now, the old one goes on until `heal`."""
        if self.state is not None:
            with suppress(Refusal):
                self.chaining.heal(self.state)

    def discard(self) -> None:
        """Nothing has been prepared."""
