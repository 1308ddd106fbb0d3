"""How far each receiver of events and audit records has got: a small file beside the state.

It is no part of the state, since then each delivery would be a change that has to be audited, and
that record delivered. Where it is lost, receivers get again what they had since they were set up.
"""

import json
import os
from _thread import allocate_lock
from collections.abc import Mapping

from sysmgmt.domain.delivery import Delivered
from sysmgmt.store import files

NAME = "deliveries.json"


class DeliveryFile:
    """`sysmgmt.engine.ports.Deliveries` in one folder, for many threads of one process."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, NAME)
        self._lock = allocate_lock()

    def read(self) -> Mapping[str, Delivered]:
        """How far each has got. Raises StateDamaged."""
        text = files.read(self._path)
        if text is None:
            return {}
        try:
            return {name: Delivered(int(number), float(at), str(error))
                    for name, (number, at, error) in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError):
            raise files.damaged(NAME, "it is not what this box writes") from None

    def keep(self, name: str, what: Delivered) -> None:
        """Keep it, durably. Raises StateDamaged, StorageFull, StorageFailed."""
        with self._lock, files.refusing(self._folder):
            kept = {**self.read(), name: what}
            files.replace(self._path, json.dumps(kept).encode() + b"\n")
