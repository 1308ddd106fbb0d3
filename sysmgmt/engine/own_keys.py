"""The keys of the box itself follow the state: the chain of the audit, and the master key.

The chain comes first. So as long as the master key has another one beside it, something may be left
to do: a change of the keys was cut short, or the chain could not be begun for want of space.
"""

from contextlib import suppress
from typing import NamedTuple, Protocol

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine import audit_seeds
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Audit, Prepared, Sealer, Services


class MasterKeys(Sealer, Services, Protocol):
    """The master keys, which follow the state like a service."""


class OwnKeys(NamedTuple):
    """Both, as services that follow the state."""

    audit: Audit
    master: MasterKeys

    def prepare(self, old: State, new: State) -> "_Change":
        """See Services. Raises StorageFull, StorageFailed."""
        return _Change(self, self.master.prepare(old, new), old, new)

    def heal(self, state: State) -> None:
        """Finish what was cut short. Raises any refusal."""
        if state.settings.audit_seeds:
            self.audit.begin(audit_seeds.seeds(state, self.master)[-1])
        self.master.heal(state)


class _Change(NamedTuple):
    keys: OwnKeys
    master: Prepared
    old: State
    new: State

    def apply(self) -> None:
        """Sign what the old chain has and begin the new one, then let the old master key go.

        What cannot be done now is done by `heal`.
        """
        before, after = self.old.settings.audit_seeds, self.new.settings.audit_seeds
        with suppress(Refusal):
            if before and before != after:
                self.keys.audit.checkpoint()
            if before != after:
                self.keys.audit.begin(audit_seeds.seeds(self.new, self.keys.master)[-1])
            self.master.apply()

    def discard(self) -> None:
        """See Prepared."""
        self.master.discard()


def settle(house: House) -> None:
    """Finish a change of the keys that was cut short, if there was one; what refuses stays for the next look."""
    with suppress(Refusal):
        if house.box.sealer.unfinished():
            with house.box.store.writing() as transaction:
                house.box.services.heal(transaction.state)
