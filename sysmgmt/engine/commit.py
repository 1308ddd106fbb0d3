"""Making a state true: saved, and followed by the services of the machine, or neither.

What the services want is rendered and checked first, while nothing has changed. Saving is the
commit; if a service refuses after it, the previous state is saved again.
"""

from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal, StorageUncertain
from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Prepared, Services, Transaction


def commit(services: Services, transaction: Transaction, new: State) -> None:
    """Make `new` the state. Raises ServiceRefused, StorageFull, StorageFailed; nothing has changed then."""
    old = transaction.state
    prepared = services.prepare(old, new)
    try:
        transaction.save(new)
    except Refusal:
        prepared.discard()
        raise
    try:
        prepared.apply()
    except Refusal:
        _take_back(transaction, old)
        with suppress(Refusal):
            services.heal(old)
        raise


def _take_back(transaction: Transaction, old: State) -> None:
    """Save the previous state again. Raises StorageUncertain where the new one has to stay."""
    try:
        transaction.save(old)
    except Refusal as refusal:
        raise StorageUncertain(
            "The change is stored but not in force, and the storage does not let it be taken back.",
            "Once the storage works, what is stored comes into force when boxmgmtd starts.") from refusal


class Both(NamedTuple):
    """Services of which `second` takes its part once `first` has taken it, and never refuses to take it then."""

    first: Services
    second: Services

    def prepare(self, old: State, new: State) -> Prepared:
        """See Services."""
        first = self.first.prepare(old, new)
        try:
            return _Both(first, self.second.prepare(old, new))
        except Refusal:
            first.discard()
            raise

    def heal(self, state: State) -> None:
        """See Services."""
        try:
            self.first.heal(state)
        finally:
            self.second.heal(state)


class _Both(NamedTuple):
    first: Prepared
    second: Prepared

    def apply(self) -> None:
        self.first.apply()
        self.second.apply()

    def discard(self) -> None:
        self.first.discard()
        self.second.discard()
