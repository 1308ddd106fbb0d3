"""Making a state true: saved, and followed by the services of the machine, or neither.

What the services want is rendered and checked first, while nothing has changed. Saving is the
commit; if a service refuses after it, the previous state is saved again.
"""

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Services, Transaction


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
        transaction.save(old)
        raise
